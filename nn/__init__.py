"""nn: feed-forward networks, costs and optimizers, built from autograd_lite's primitives alone."""
