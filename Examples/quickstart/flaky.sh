#!/bin/sh
# A service with a fault: works for a while, then ends with an error.
seconds=$((3 + $$ % 4))
echo "flaky: working for $seconds s"
sleep "$seconds"
echo "flaky: something went wrong" >&2
exit 1
