"""Mathematics as text: formulas read and written, the chain rule of each node, derivations in LaTeX."""
