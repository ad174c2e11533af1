"""Refused rows, first class: listed, exported as the centre's own file, corrected, tried again."""
