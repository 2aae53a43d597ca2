# SPDX-License-Identifier: MPL-2.0
#
# Neighbor discovery by hand (RFC 4861 sections 4.3, 4.4).
#
#	neighbor.pl listen INTERFACE
#		a line for each solicitation and advertisement that comes in, `ready` before:
#		SECONDS NS|NA TARGET from=SOURCE mac=MAC nonce=HEX
#		MAC is that of the option, or else of the frame; no nonce is `-`.
#	neighbor.pl advertise ADDRESS INTERFACE
#		"ADDRESS is mine", to all nodes, unasked
#	neighbor.pl probe ADDRESS INTERFACE SOURCE SECONDS
#		asks from SOURCE who has it: `answer MAC`, or `silence` when there was none so long

use strict;
use warnings;
use Socket qw(:DEFAULT inet_ntop inet_pton pack_sockaddr_in6 unpack_sockaddr_in6 IPPROTO_IPV6
	IPV6_MULTICAST_HOPS IPV6_MULTICAST_IF IPV6_MULTICAST_LOOP);
use Time::HiRes qw(time);

my ($AF_PACKET, $ETH_P_IPV6, $ICMPV6) = (17, 0x86dd, 58);
my ($SOLICITATION, $ADVERTISEMENT, $OVERRIDE) = (135, 136, 0x20000000);
my ($SOURCE_MAC, $TARGET_MAC, $NONCE) = (1, 2, 14);

sub of_interface {
	my ($interface, $what) = @_;
	open my $file, '<', "/sys/class/net/$interface/$what" or die "$interface: $!\n";
	chomp(my $value = <$file>);
	return $value;
}

sub mac_of { return pack 'H*', of_interface($_[0], 'address') =~ tr/://dr }
sub mac_text { return join ':', unpack '(H2)*', $_[0] }

sub parse { # an ICMPv6 message: TYPE, TARGET, MAC, NONCE
	my ($message) = @_;
	return if length $message < 24;
	my ($type, $target, $options) = unpack 'Cx7a16a*', $message;
	my ($mac, $nonce);
	while (length $options >= 8) {
		my ($option, $units) = unpack 'CC', $options;
		last if $units == 0;
		my $value = substr $options, 2, 8 * $units - 2;
		$mac = $value if $option == $SOURCE_MAC || $option == $TARGET_MAC;
		$nonce = unpack 'H*', $value if $option == $NONCE;
		$options = 8 * $units < length $options ? substr $options, 8 * $units : '';
	}
	return ($type, inet_ntop(AF_INET6, $target), $mac, $nonce);
}

# On the packet socket, solicitations for addresses that nobody has here are heard too.
sub listen_on {
	my ($interface) = @_;
	socket(my $socket, $AF_PACKET, SOCK_DGRAM, unpack 'S', pack 'n', $ETH_P_IPV6)
		or die "packet socket: $!\n";
	bind($socket, pack 'SniSCCa8', $AF_PACKET, $ETH_P_IPV6, of_interface($interface, 'ifindex'),
		0, 0, 0, '') or die "bind: $!\n";
	print "ready\n";
	while (1) {
		my $from = recv $socket, my $packet, 65536, 0;
		die "recv: $!\n" if !defined $from;
		next if length $packet < 40;
		my ($next, $source) = unpack 'x6Cxa16', $packet;
		next if $next != $ICMPV6;
		my ($type, $target, $mac, $nonce) = parse(substr $packet, 40) or next;
		my $name = {$SOLICITATION => 'NS', $ADVERTISEMENT => 'NA'}->{$type} or next;
		printf "%.3f %s %s from=%s mac=%s nonce=%s\n", time, $name, $target,
			inet_ntop(AF_INET6, $source), mac_text($mac // substr $from, 12, 6), $nonce // '-';
	}
}

sub icmp_socket {
	my ($interface) = @_;
	my $index = of_interface($interface, 'ifindex');
	socket(my $socket, AF_INET6, SOCK_RAW, $ICMPV6) or die "socket: $!\n";
	setsockopt($socket, IPPROTO_IPV6, $_->[0], pack 'i', $_->[1]) or die "setsockopt: $!\n"
		for [IPV6_MULTICAST_HOPS, 255], [IPV6_MULTICAST_LOOP, 0], [IPV6_MULTICAST_IF, $index];
	return ($socket, $index);
}

sub send_to {
	my ($socket, $message, $address) = @_;
	send $socket, $message, 0, pack_sockaddr_in6(0, $address) or die "send: $!\n";
}

sub advertise {
	my ($address, $interface) = @_;
	my ($socket) = icmp_socket($interface);
	send_to($socket, pack('CCnNa16CCa6', $ADVERTISEMENT, 0, 0, $OVERRIDE,
		inet_pton(AF_INET6, $address), $TARGET_MAC, 1, mac_of($interface)),
		inet_pton(AF_INET6, 'ff02::1'));
}

sub probe {
	my ($address, $interface, $source, $seconds) = @_;
	my ($socket, $index) = icmp_socket($interface);
	my $target = inet_pton(AF_INET6, $address);
	bind($socket, pack_sockaddr_in6(0, inet_pton(AF_INET6, $source), $index)) or die "bind: $!\n";
	send_to($socket, pack('CCnNa16CCa6', $SOLICITATION, 0, 0, 0, $target, $SOURCE_MAC, 1,
		mac_of($interface)),
		inet_pton(AF_INET6, 'ff02::1:ff00:0') | "\0" x 13 . substr $target, 13);
	my $end = time + $seconds;
	while ((my $left = $end - time) > 0) {
		my $ready = '';
		vec($ready, fileno $socket, 1) = 1;
		next if select($ready, undef, undef, $left) <= 0;
		defined recv $socket, my $message, 65536, 0 or die "recv: $!\n";
		my ($type, $whose, $mac) = parse($message) or next;
		next if $type != $ADVERTISEMENT || inet_pton(AF_INET6, $whose) ne $target;
		print 'answer ', mac_text($mac // ''), "\n";
		return;
	}
	print "silence\n";
}

$| = 1;
my %deeds = (listen => \&listen_on, advertise => \&advertise, probe => \&probe);
my $deed = $deeds{shift @ARGV // ''} or die "usage: neighbor.pl listen|advertise|probe ...\n";
$deed->(@ARGV);
