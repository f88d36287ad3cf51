"""What a record becomes when it is run again: the parts that loops (scanning/) and the compiler (compiling/) share.

    recording.py   what a recorded run hangs on: its guards
    spelling.py    how each recorded function is written in a program
"""
