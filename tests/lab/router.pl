# SPDX-License-Identifier: MPL-2.0
#
# router.pl FLAGS [PREFIX/LENGTH,FLAGS,PREFERRED]...: sends one Router Advertisement (RFC 4861
# sections 4.2, 4.6.2) to all nodes. FLAGS of it are of the letters MO, FLAGS of a prefix of the
# letters LAP (RFC 9762), `-` is none.

use strict;
use warnings;
use Socket qw(:DEFAULT IPPROTO_IPV6 IPV6_MULTICAST_HOPS inet_pton pack_sockaddr_in6);

my ($ICMPV6, $ROUTER_ADVERTISEMENT, $PREFIX_INFORMATION) = (58, 134, 3);
my %bits = (M => 0x80, O => 0x40);
my %prefix_bits = (L => 0x80, A => 0x40, P => 0x10);

sub sum {
	my ($letters, %bits) = @_;
	my $sum = 0;
	$sum |= $bits{$_} // 0 for split //, $letters;
	return $sum;
}

my $flags = shift @ARGV;
my $message = pack('CCnCCnNN', $ROUTER_ADVERTISEMENT, 0, 0, 64, sum($flags, %bits), 1800, 0, 0);
for (@ARGV) {
	my ($prefix, $length, $letters, $preferred) = m{^(.+)/(\d+),(.+),(\d+)$} or die "$_?\n";
	$message .= pack('CCCCNNN', $PREFIX_INFORMATION, 4, $length, sum($letters, %prefix_bits),
		2 * $preferred, $preferred, 0) . inet_pton(AF_INET6, $prefix);
}

socket(my $socket, AF_INET6, SOCK_RAW, $ICMPV6) or die "socket: $!";
setsockopt($socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, pack('i', 255)) or die "hops: $!";
send($socket, $message, 0, pack_sockaddr_in6(0, inet_pton(AF_INET6, 'ff02::1'))) or die "send: $!";
