"""What a Tensor does as an array: calls of NumPy functions, operators, methods, views, assignment."""
