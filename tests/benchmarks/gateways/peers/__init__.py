"""Other gateways: what is installed of them, in which version, and how."""
