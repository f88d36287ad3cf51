"""Worksheets: a graph with blanks to be filled in, its solution, and grading that says what a mistake looks like.

    worksheet(f, hide="adjoints", seed=3)  →  Worksheet  →  table, picture, page, solution, grade(answers)
"""

from .grading import Grade, Mark
from .sheet import Worksheet, save, worksheet

__all__ = ["Grade", "Mark", "Worksheet", "save", "worksheet"]
