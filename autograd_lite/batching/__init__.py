"""Derivatives for many seeds in one sweep: an array of derivatives, and what the rules' functions make of it."""

from . import rules as rules  # importing the table fills the registry
