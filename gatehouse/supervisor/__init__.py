"""`gatehouse up`: all processes of one machine."""
