# SPDX-License-Identifier: MPL-2.0
#
# What the kernel tells of addresses and links, every flag of it, and what it answers to a request.
#
#	netlink.pl watch
#		a line for each message about an IPv6 address or a link, as it comes:
#		SECONDS NEWADDR ADDRESS/LENGTH FLAGS valid=N preferred=N proto=N pid=N
#		SECONDS NEWLINK INTERFACE FLAGS MAC
#		No flags, no proto are `-`; no end of a lifetime is `forever`. The first line is `ready`.
#	netlink.pl dump
#		the same lines of the addresses that are there
#	netlink.pl add|replace|delete ADDRESS/LENGTH INTERFACE [valid=N] [preferred=N]
#		[flags=FLAGS] [proto=N]
#		the answer: `done`, or the name of the error, as EEXIST. Without valid, for ever.

use strict;
use warnings;
use Errno;
use Socket qw(:DEFAULT inet_ntop inet_pton);
use Time::HiRes qw(time);

my ($AF_NETLINK, $ROUTE, $GROUPS) = (16, 0, 0x1 | 0x100); # links, IPv6 addresses
my ($ERROR, $DONE, $GETADDR) = (2, 3, 22);
my %NAME = (16 => 'NEWLINK', 17 => 'DELLINK', 20 => 'NEWADDR', 21 => 'DELADDR');
my ($REQUEST, $ACK, $DUMP) = (0x1, 0x4, 0x300);
my %REQUEST = (add => [20, 0x600], replace => [20, 0x500], delete => [21, 0]); # CREATE, EXCL, REPLACE
my ($IFA_ADDRESS, $IFA_LOCAL, $IFA_CACHEINFO, $IFA_FLAGS, $IFA_PROTO) = (1, 2, 6, 8, 11);
my ($IFLA_ADDRESS, $IFLA_IFNAME) = (1, 3);
my $FOREVER = 0xffffffff;

# In the order of their bits.
my @ADDRESS_FLAGS = qw(TEMPORARY NODAD OPTIMISTIC DADFAILED HOMEADDRESS DEPRECATED TENTATIVE
	PERMANENT MANAGETEMPADDR NOPREFIXROUTE MCAUTOJOIN STABLE_PRIVACY);
my %LINK_FLAGS = (UP => 0x1, LOWER_UP => 0x10000, DORMANT => 0x20000);

sub flags {
	my ($bits) = @_;
	return join(',', map { $ADDRESS_FLAGS[$_] } grep { $bits >> $_ & 1 } 0 .. $#ADDRESS_FLAGS)
		|| '-';
}

sub bits {
	my %bit = map { $ADDRESS_FLAGS[$_] => 1 << $_ } 0 .. $#ADDRESS_FLAGS;
	my $bits = 0;
	$bits |= $bit{$_} // die "no flag $_\n" for split /,/, $_[0];
	return $bits;
}

sub lifetime { return $_[0] == $FOREVER ? 'forever' : $_[0] }

sub attributes {
	my ($data) = @_;
	my %of;
	while (length $data >= 4) {
		my ($length, $type) = unpack 'SS', $data;
		last if $length < 4;
		$of{$type & 0x3fff} = substr $data, 4, $length - 4;
		$data = substr $data, ($length + 3 & ~3) < length $data ? $length + 3 & ~3 : length $data;
	}
	return \%of;
}

sub attribute {
	my ($type, $value) = @_;
	my $attribute = pack('SS', 4 + length $value, $type) . $value;
	return $attribute . "\0" x (-length($attribute) & 3);
}

sub describe_address {
	my ($data, $pid) = @_;
	my ($family, $length, $flags) = unpack 'CCC', $data;
	return if $family != AF_INET6;
	my $of = attributes(substr $data, 8);
	$flags = unpack 'L', $of->{$IFA_FLAGS} if $of->{$IFA_FLAGS};
	my ($preferred, $valid) = unpack 'LL', $of->{$IFA_CACHEINFO};
	my $proto = $of->{$IFA_PROTO} ? unpack('C', $of->{$IFA_PROTO}) : '-';
	return sprintf '%s/%d %s valid=%s preferred=%s proto=%s pid=%d',
		inet_ntop(AF_INET6, $of->{$IFA_LOCAL} // $of->{$IFA_ADDRESS}), $length,
		flags($flags), lifetime($valid), lifetime($preferred), $proto, $pid;
}

sub describe_link {
	my ($data) = @_;
	my ($family, $flags) = unpack 'Cx7L', $data;
	return if $family != AF_UNSPEC;
	my $of = attributes(substr $data, 16);
	my $names = join ',', grep { $flags & $LINK_FLAGS{$_} } qw(UP LOWER_UP DORMANT);
	return sprintf '%s %s %s', unpack('Z*', $of->{$IFLA_IFNAME} // '?'), $names || '-',
		join ':', unpack '(H2)*', $of->{$IFLA_ADDRESS} // '';
}

sub describe {
	my ($type, $data, $pid) = @_;
	my $name = $NAME{$type} or return;
	my $text = $name =~ /ADDR/ ? describe_address($data, $pid) : describe_link($data);
	return $text && "$name $text";
}

sub messages { # of one datagram: TYPE, DATA, PID each
	my ($buffer) = @_;
	my @messages;
	while (length $buffer >= 16) {
		my ($length, $type, $flags, $seq, $pid) = unpack 'LSSLL', $buffer;
		push @messages, [$type, substr($buffer, 16, $length - 16), $pid];
		$buffer = substr $buffer, ($length + 3 & ~3) < length $buffer ? $length + 3 & ~3 : $length;
	}
	return @messages;
}

sub netlink {
	my ($groups) = @_;
	socket(my $socket, $AF_NETLINK, SOCK_RAW, $ROUTE) or die "netlink: $!\n";
	bind($socket, pack('SSLL', $AF_NETLINK, 0, 0, $groups)) or die "bind: $!\n";
	return $socket;
}

sub request {
	my ($type, $flags, $data) = @_;
	my $socket = netlink(0);
	send $socket, pack('LSSLL', 16 + length $data, $type, $REQUEST | $flags, 1, 0) . $data, 0
		or die "send: $!\n";
	return $socket;
}

sub watch {
	my $socket = netlink($GROUPS);
	print "ready\n";
	while (1) {
		defined recv $socket, my $buffer, 65536, 0 or die "recv: $!\n";
		my $now = time;
		for (messages($buffer)) {
			my $line = describe(@$_) or next;
			printf "%.3f %s\n", $now, $line;
		}
	}
}

sub dump_addresses {
	my $socket = request($GETADDR, $DUMP, pack 'CCCCL', AF_INET6, 0, 0, 0, 0);
	while (1) {
		defined recv $socket, my $buffer, 65536, 0 or die "recv: $!\n";
		for (messages($buffer)) {
			return if $_->[0] == $DONE;
			print describe(@$_), "\n";
		}
	}
}

sub index_of {
	my ($interface) = @_;
	open my $file, '<', "/sys/class/net/$interface/ifindex" or die "$interface: $!\n";
	return 0 + <$file>;
}

sub change {
	my ($deed, $prefix, $interface, @more) = @_;
	my ($address, $length) = $prefix =~ m{^(.+)/(\d+)$} or die "$prefix?\n";
	my %more = map { /^(\w+)=(.+)$/ ? ($1, $2) : die "$_?\n" } @more;
	my $valid = $more{valid} // $FOREVER;
	my $octets = inet_pton(AF_INET6, $address);
	my $data = pack('CCCCL', AF_INET6, $length, 0, 0, index_of($interface))
		. attribute($IFA_LOCAL, $octets) . attribute($IFA_ADDRESS, $octets)
		. attribute($IFA_CACHEINFO, pack 'LLLL', $more{preferred} // $valid, $valid, 0, 0);
	$data .= attribute($IFA_FLAGS, pack 'L', bits($more{flags})) if $more{flags};
	$data .= attribute($IFA_PROTO, pack 'C', $more{proto}) if $more{proto};
	my ($type, $flags) = @{$REQUEST{$deed}};
	my $socket = request($type, $flags | $ACK, $data);
	defined recv $socket, my $buffer, 65536, 0 or die "recv: $!\n";
	my ($message) = messages($buffer);
	die "no answer\n" if $message->[0] != $ERROR;
	$! = -unpack 'l', $message->[1];
	print $! ? (grep { $!{$_} } sort keys %!)[0] : 'done', "\n";
}

$| = 1;
my $deed = shift @ARGV // '';
if ($deed eq 'watch') {
	watch();
} elsif ($deed eq 'dump') {
	dump_addresses();
} elsif ($REQUEST{$deed}) {
	change($deed, @ARGV);
} else {
	die "usage: netlink.pl watch|dump|add|replace|delete ...\n";
}
