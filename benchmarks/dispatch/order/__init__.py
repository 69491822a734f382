"""The order fulfilment of `samples/checkout`: heavier actions, and a compensation."""
