# Holds the one process group that all commands of a simulated machine share, as they share the daemon's on a real one.
# When standard input ends (the machine was closed, or the JVM died) it takes the whole group with it.
use strict;
use warnings;

setpgrp(0, 0);
$SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM USR1 USR2 PIPE);
syswrite(STDOUT, "ready\n");
1 while sysread(STDIN, my $ignored, 1);
kill 'KILL', -$$;
