"""How many instructions the processor executes per request: the same in every run.

Seconds differ from run to run and from machine to machine; instructions, counted by callgrind, do
not. So a change that makes the known way of a request dearer is found without a quiet machine.
"""
