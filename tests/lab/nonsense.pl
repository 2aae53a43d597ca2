# SPDX-License-Identifier: MPL-2.0
#
# A server on eth0 that answers with nonsense before it answers as it should. It prints what
# it sent as the client ought to call it, a line each.

use strict;
use warnings;
use Socket qw(:DEFAULT IPPROTO_IPV6 IPV6_JOIN_GROUP pack_ipv6_mreq inet_pton IN6ADDR_ANY);

my ($SOLICIT, $ADVERTISE, $REQUEST, $REPLY, $RECONFIGURE) = (1, 2, 3, 7, 10);
my ($CLIENT_ID, $SERVER_ID, $IA_NA, $IAADDR) = (1, 2, 3, 5);

my $ours = option($SERVER_ID, pack('nNN', 2, 40000, 7));
my $other = option($SERVER_ID, pack('nNN', 2, 40000, 8));

sub option {
	my ($code, $data) = @_;
	return pack('nn', $code, length $data) . $data;
}

# The first option of that code in a message, or nothing.
sub find {
	my ($message, $code) = @_;
	for (my $at = 4; $at + 4 <= length $message;) {
		my ($found, $size) = unpack('nn', substr($message, $at, 4));
		return substr($message, $at + 4, $size) if $found == $code;
		$at += 4 + $size;
	}
	return;
}

sub lease {
	my ($ask) = @_;
	my $iaid = substr(find($ask, $IA_NA), 0, 4);
	my $address = inet_pton(AF_INET6, '2001:db8:1::77');
	return option($IA_NA, $iaid . pack('NN', 1000, 1600)
		. option($IAADDR, $address . pack('NN', 2000, 3000)));
}

# Pairs of what the client ought to say, and the message.
sub nonsense {
	my ($ask, $type) = @_;
	my $xid = substr($ask, 1, 3);
	my $wrong = $xid ^ "\0\0\1";
	my $client = option($CLIENT_ID, find($ask, $CLIENT_ID));
	my $stranger = option($CLIENT_ID, pack('nNN', 2, 40000, 1));
	my $lease = lease($ask);
	my $head = chr($type) . $xid;
	my @all = (
		'truncated' => substr($head, 0, 3),
		'truncated' => $head . $client . $ours . $lease . pack('nn', 13, 50) . 'x',
		'no Server Identifier' => $head . $client . $lease,
		'no Client Identifier' => $head . $ours . $lease,
		'Client Identifier of another client' => $head . $stranger . $ours . $lease,
		'transaction id of another exchange' => chr($type) . $wrong . $client . $ours . $lease,
		'unknown message type' => chr(77) . $xid . $client . $ours . $lease,
		'message type not meant for clients' => chr($SOLICIT) . $xid . $client . $ours . $lease,
		'repeated Client or Server Identifier' => $head . $client . $ours . $ours . $lease,
		'malformed Client or Server Identifier' => $head . $client . option($SERVER_ID, '') . $lease,
	);
	push @all, 'Server Identifier of another server' => $head . $client . $other . $lease if $type == $REPLY;
	return @all;
}

socket(my $socket, AF_INET6, SOCK_DGRAM, 0) or die "socket: $!";
bind($socket, pack_sockaddr_in6(547, IN6ADDR_ANY)) or die "bind: $!";
open(my $file, '<', '/sys/class/net/eth0/ifindex') or die "eth0: $!";
chomp(my $index = <$file>);
setsockopt($socket, IPPROTO_IPV6, IPV6_JOIN_GROUP,
	pack_ipv6_mreq(inet_pton(AF_INET6, 'ff02::1:2'), $index)) or die "join: $!";
$| = 1;
print "ready\n";

while (my $peer = recv($socket, my $ask, 65535, 0)) {
	my $type = ord $ask;
	my $answer = { $SOLICIT => $ADVERTISE, $REQUEST => $REPLY }->{$type} or next;
	my @all = nonsense($ask, $answer);
	while (my ($name, $message) = splice(@all, 0, 2)) {
		send($socket, $message, 0, $peer);
		print "sent: $name\n";
	}
	send($socket, chr($answer) . substr($ask, 1, 3) . option($CLIENT_ID, find($ask, $CLIENT_ID))
		. $ours . lease($ask), 0, $peer);
}
