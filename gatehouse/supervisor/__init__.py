"""`gatehouse up`: starts and supervises all processes on one machine."""
