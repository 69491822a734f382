"""What a scenario costs, beside the bare steps that it takes."""
