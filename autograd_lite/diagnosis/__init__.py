"""What is wrong with a derivative, and where: a hand-written gradient, a lost one, a nan.

    checking     check_gradient: the question, put to a gradient written by hand
    recorded     a cost recorded at one point, and reverse sweeps with a mistake built in
    pieces       the elementwise functions z → a in a record, activations among them
    suspect      a mistake people make, as the gradient it would lead to
    paths        suspects on the way back: terms, paths, products, rows
    activations  suspects at activations
    factors      which number a constant factor is: 2, n, −1
    fitting      which suspects explain the numbers, and whether that could be chance
    report       what was found, as text and as HTML

    watching     a watch: the line of each node, where values left the graph, what is not finite
    why          why a derivative is missing, zero, nan or infinite
    origins      where a nan or an inf began
    zeros        where a derivative ends
    remedies     what to write instead
    places       lines of a program, and how nodes are called
"""
