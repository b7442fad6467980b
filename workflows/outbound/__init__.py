"""Calls to systems outside, through connections that administrators have declared, and never to anywhere else."""
