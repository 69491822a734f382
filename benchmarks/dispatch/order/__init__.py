"""The order fulfilment of `samples/oms`: heavier actions, and a compensation."""
