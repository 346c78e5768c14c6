# Runs one command of a simulated machine and stays its parent until both output pipes are at their end.
# Why a parent: Java closes a child's pipes when the child exits, though its descendants may still write to them; and
# Java's exit value does not tell "killed by signal 9" from "exited with 137".
#   $1 the process group to run in   $2 a file: signals folder, working directory, number of variables, variables,
#      command and arguments, each followed by NUL; removed once read
# Writes the leader's pid as the first line of standard error; a leader that a signal ended leaves a file with the
# signal's number, named by its pid, in the signals folder.
use strict;
use warnings;
use POSIX ();

my ($group, $specification) = @ARGV;
open(my $file, '<:raw', $specification) or die "cannot read $specification: $!\n";
my ($signals, $directory, $variables, @command) = split /\0/, do { local $/; <$file> }, -1;
close $file;
unlink $specification;
pop @command;
my %environment = map { split /=/, $_, 2 } splice(@command, 0, $variables);

pipe(my $out, my $out_end) or die $!;
pipe(my $err, my $err_end) or die $!;
my $leader = fork();
die "cannot fork: $!\n" unless defined $leader;
if ($leader == 0) {
    setpgrp(0, $group);
    open(STDOUT, '>&', $out_end) or POSIX::_exit(126);
    open(STDERR, '>&', $err_end) or POSIX::_exit(126);
    chdir $directory or POSIX::_exit(126);
    %ENV = %environment;
    no warnings 'exec';
    exec { $command[0] } @command;
    syswrite(STDERR, "$command[0]: $!\n");
    POSIX::_exit(127);
}
close $out_end;
close $err_end;
open(STDIN, '<', '/dev/null');
deliver(\*STDERR, "$leader\n");

my %open = (fileno($out) => [$out, \*STDOUT], fileno($err) => [$err, \*STDERR]);
while (%open) {
    my $ready = '';
    vec($ready, $_, 1) = 1 for keys %open;
    next if select($ready, undef, undef, undef) < 0;
    for my $number (keys %open) {
        next unless vec($ready, $number, 1);
        my ($from, $to) = @{ $open{$number} };
        my $count = sysread($from, my $bytes, 32768);
        next unless defined $count;
        if ($count) { deliver($to, $bytes) } else { delete $open{$number} }
    }
}
waitpid($leader, 0);
if (my $signal = $? & 127) {
    open(my $note, '>', "$signals/$leader") or die $!;
    print $note $signal;
    close $note;
    exit 128 + $signal;
}
exit $? >> 8;

sub deliver {
    my ($to, $bytes) = @_;
    my $done = 0;
    while ($done < length $bytes) {
        my $count = syswrite($to, $bytes, length($bytes) - $done, $done);
        $done += $count if defined $count;
    }
}
