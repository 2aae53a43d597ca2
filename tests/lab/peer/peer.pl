# SPDX-License-Identifier: MPL-2.0
#
# The other end of the link: a server on eth0 that answers as a scenario says, and writes a
# line about every message of the client:
#
#	08:15:00.123 < request n=1 gap=0 since=0 from=fe80::1 xid=... options=1,2,... na=...
#
# n counts the transmissions of the exchange; gap and since are milliseconds, from the
# kernel's stamps. "wrong: ..." lines are the referee's.
#
# Scenarios are Perl, and come on standard input, each ended by a line with a dot:
#
#	good(t1 => 2);                      every message is answered as it ought to be
#	on renew => sub { reply lease(valid => 0) };
#	on request => nothing, sub { reply status(1) }, sub { reply lease };
#
# The last deed of a list goes on for ever. Seconds are counted in real time.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Codec;
use Referee;
use Digest::MD5 qw(md5);
use POSIX qw(floor strftime);
use Socket qw(:DEFAULT inet_ntop IPPROTO_IPV6 IPV6_V6ONLY IN6ADDR_ANY);
use Time::HiRes qw(time);

my ($AF_PACKET, $ETH_P_IPV6, $SIOCGSTAMP) = (17, 0x86dd, 0x8906);

our $ask;        # the message that is being answered, or the last one
our $server = 1; # which server we are: its DUID has this number
my (%deeds, %met, @timers, @udp, $index, $told);

### What scenarios are made of: options

sub u8 { return pack 'C*', @_ }
sub u16 { return pack 'n*', @_ }
sub u32 { return pack 'N*', @_ }

sub client_id { return option(1, $ask->{of}{1}) }
sub duid { return pack 'nNN', 2, 40000, $_[0] }
sub server_id { return option(2, duid($_[0] // $server)) }
sub status { return option(13, u16($_[0]) . ($_[1] // 'as the scenario wants it')) }
sub preference { return option(7, u8($_[0])) }
sub rapid { return option(14) }
sub dns { return option(23, join '', map { address($_) } @_) }
sub sol_max_rt { return option(82, u32($_[0])) }
sub inf_max_rt { return option(83, u32($_[0])) }
sub refresh { return option(32, u32($_[0])) }

my %times = (t1 => 1000, t2 => 1600, preferred => 2000, valid => 3000);

sub addr { # ADDRESS, NAME => VALUE...: an IAADDR
	my ($text, %o) = (shift, %times, @_);
	return option(5, address($text) . u32($o{preferred}, $o{valid}) . ($o{inside} // ''));
}

sub prefix { # PREFIX/BITS, NAME => VALUE...: an IAPREFIX
	my ($text, %o) = (shift, %times, @_);
	my ($prefix, $bits) = split m{/}, $text;
	return option(26, u32($o{preferred}, $o{valid}) . u8($bits) . address($prefix)
		. ($o{inside} // ''));
}

# IAs that answer those of the client: ia => N means the one of that type with the index N.
sub ia_option {
	my ($code, $make, $leases, %o) = @_;
	%o = (%times, %o);
	my @own = grep { $_->{code} == $code } @{$ask->{ias}};
	my $iaid = $o{iaid} // $own[$o{ia} // 0]{iaid} // die "the client has no such IA\n";
	my @all = ref $leases ? @$leases : ($leases // ());
	return option($code, u32($iaid, $o{t1}, $o{t2})
		. join('', map { $make->($_, %o) } @all) . ($o{inner} // ''));
}

sub na { return ia_option(3, \&addr, @_) }
sub pd { return ia_option(25, \&prefix, @_) }

sub ta { return option(4, u32($_[1]) . addr($_[0])) } # ADDRESS, IAID

# Every IA of the client with a lease of its own: 2001:db8:1::77, ::78; ::e0, ::e1 if
# they are temporary; 2001:db8:a00::/56.
sub lease {
	my %o = @_;
	my ($addresses, $prefixes, $temporary) = (0, 0, 0);
	my $out = '';
	for my $ia (@{$ask->{ias}}) {
		if ($ia->{code} == 3) {
			my $text = $o{address} // sprintf '2001:db8:1::%x', 0x77 + $addresses;
			$out .= na($text, ia => $addresses++, %o);
		} elsif ($ia->{code} == 4) {
			$out .= ta(sprintf('2001:db8:1::%x', 0xe0 + $temporary++), $ia->{iaid});
		} elsif ($ia->{code} == 25) {
			my $text = $o{prefix} // sprintf '2001:db8:%x00::/56', 0xa + $prefixes;
			$out .= pd($text, ia => $prefixes++, %o);
		}
	}
	return $out;
}

### Messages

sub message { # TYPE, PART...
	my ($type, @parts) = @_;
	return chr($TYPE{$type} // $type) . pack('H6', $ask->{xid}) . join '', @parts;
}

sub udp_socket { # PORT [ADDRESS]
	my ($port, $address) = @_;
	socket(my $socket, AF_INET6, SOCK_DGRAM, 0) or die "socket: $!";
	bind($socket, pack_sockaddr_in6($port, $address ? address($address) : IN6ADDR_ANY))
		or die "bind: $!";
	return $socket;
}

sub note {
	my $now = time;
	printf "%s.%03d %s\n", strftime('%H:%M:%S', localtime $now), 1000 * ($now - floor $now), "@_";
}

# transmit OCTETS, NAME => VALUE...: to, port, source, from_port
sub transmit {
	my ($octets, %o) = @_;
	my $to = pack_sockaddr_in6($o{port} // 546, address($o{to} // $ask->{source}), $index);
	my $socket = $udp[0];
	$socket = udp_socket($o{from_port} // 547, $o{source}) if $o{from_port} || $o{source};
	send($socket, $octets, 0, $to) // note('cannot send:', $!);
	note('>', length $octets > 700 ? length($octets) . ' octets' : describe(decode($octets)));
}

sub advertise { transmit(message(advertise => client_id(), server_id(), @_)) }
sub reply { transmit(message(reply => client_id(), server_id(), @_)) }

### The reconfigure key protocol (section 20.4)

our $key = '0123456789abcdef';
our $replay = 1;

sub rkap { # TYPE, VALUE, NAME => VALUE...
	my ($type, $value, %o) = @_;
	return option(11, u8($o{protocol} // 3, $o{algorithm} // 1, $o{rdm} // 0)
		. pack('Q>', $o{replay} // $replay++) . u8($type) . $value);
}

sub key_option { return rkap(1, $key, @_) }

sub hmac_md5 {
	my ($secret, $text) = @_;
	$secret .= "\0" x (64 - length $secret);
	return md5(($secret ^ "\x5c" x 64) . md5(($secret ^ "\x36" x 64) . $text));
}

# reconfigure TYPE, NAME => VALUE...: replay, key, protocol, ... as in rkap; xid; parts, in
# place of identifiers and Reconfigure Message; also what transmit knows; break => 1 flips a
# bit of the digest, auth => 0 leaves it out
sub reconfigure {
	my ($type, %o) = @_;
	my $parts = $o{parts} // client_id() . server_id() . option(19, u8($TYPE{$type} // $type));
	my $octets = chr(10) . pack('H6', $o{xid} // '000000') . $parts;
	if ($o{auth} // 1) {
		$octets .= rkap($o{kind} // 2, "\0" x 16, %o);
		my $digest = hmac_md5($o{key} // $key, $octets);
		$digest ^= "\1" . "\0" x 15 if $o{break};
		substr $octets, -16, 16, $digest;
	}
	transmit($octets . ($o{behind} // ''), %o);
}

### Deeds

sub nothing() { return sub { } }

sub on { # TYPE => DEED...
	my ($type, @list) = @_;
	$deeds{$TYPE{$type} // die "no type $type\n"} = [@list];
	$met{$TYPE{$type}} = 0;
}

sub after { # SECONDS, DEED
	my ($seconds, $deed) = @_;
	my ($kept_ask, $kept_server) = ($ask, $server);
	push @timers, [time + $seconds, sub {
		local ($ask, $server) = ($kept_ask, $kept_server);
		$deed->();
	}];
	@timers = sort { $a->[0] <=> $b->[0] } @timers;
}

# What every server ought to do. The options are those of the leases.
sub good {
	my %o = @_;
	my @more = defined $o{more} ? $o{more} : dns('2001:db8:1::53');
	on solicit => sub { advertise lease(%o), @more };
	on $_ => sub { reply lease(%o), @more } for qw(request renew rebind);
	on $_ => sub { reply status(0) } for qw(confirm release decline);
	on inform => sub { reply @more };
}

sub silent { %deeds = () }

# Every beginning of a good answer; the identifiers are its end, so that each is too short.
sub truncated {
	my ($type, @parts) = @_;
	my $whole = message($type, @parts, client_id(), server_id());
	transmit(substr $whole, 0, $_) for 0 .. length($whole) - 1;
}

### The loop

sub answer {
	my ($type) = @_;
	my $list = $deeds{$type} or return;
	my $n = $met{$type}++;
	my $deed = $list->[$n < @$list ? $n : -1] or return;
	eval { $deed->(); 1 } or note('wrong: the scenario:', $@ =~ s/\n.*//sr);
}

# The kernel's stamp of the packet that was read last.
sub stamp {
	my ($socket) = @_;
	my $stamp = "\0" x 16;
	return time if !ioctl $socket, $SIOCGSTAMP, $stamp;
	my ($seconds, $micro) = unpack 'q q', $stamp;
	return $seconds + $micro / 1e6;
}

# An IPv6 packet with UDP in it, to port 547: a message as a hash.
sub read_packet {
	my ($socket) = @_;
	my $from = recv($socket, my $packet, 65535, 0) // return;
	my $time = stamp($socket);
	return if length $packet < 48 || ord(substr $packet, 6, 1) != 17;
	my ($source, $destination, $from_port, $to_port, $size) = unpack 'x8a16a16nnn', $packet;
	return if $to_port != 547;
	my $message = decode(substr $packet, 48, $size - 8);
	$message->{source} = inet_ntop(AF_INET6, $source);
	$message->{destination} = inet_ntop(AF_INET6, $destination);
	@$message{qw(time from_port to_port)} = ($time, $from_port, $to_port);
	return $message;
}

sub meet {
	my $message = read_packet(@_) or return;
	my @wrong = Referee::judge($message);
	my ($name, @words) = split / /, describe($message);
	my $at = $message->{time};
	printf "%s.%03d < %s n=%d gap=%d since=%d from=%s %s\n", strftime('%H:%M:%S', localtime $at),
		1000 * ($at - floor $at), $name, $message->{n} // 0, 1000 * ($message->{gap} // 0),
		1000 * ($message->{since} // 0), $message->{source}, "@words";
	print "$_\n" for @wrong;
	$ask = $message;
	answer($message->{type});
}

sub packet_socket {
	my $protocol = unpack 'n', pack 'S', $ETH_P_IPV6;
	socket(my $socket, $AF_PACKET, SOCK_DGRAM, $protocol) or die "packet socket: $!";
	bind($socket, pack 'SniSCCa8', $AF_PACKET, $ETH_P_IPV6, $index, 0, 0, 0, '') or die "bind: $!";
	setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 1 << 20);
	return $socket;
}

sub obey {
	my ($code) = @_;
	eval "no strict 'refs'; $code; 1" or note('wrong: the scenario:', $@ =~ s/\n.*//sr);
	printf "told %d\n", ++$told;
}

open my $file, '<', '/sys/class/net/eth0/ifindex' or die "eth0: $!";
chomp($index = <$file>);
my $packets = packet_socket();
@udp = (udp_socket(547));
$| = 1;
print "ready\n";

my $text = '';
while (1) {
	my $ready = '';
	vec($ready, fileno $_, 1) = 1 for $packets, *STDIN;
	my $wait = @timers ? $timers[0][0] - time : undef;
	$wait = 0 if defined $wait && $wait < 0;
	select $ready, undef, undef, $wait;
	if (vec $ready, fileno $packets, 1) {
		meet($packets);
	}
	if (vec $ready, fileno STDIN, 1) {
		sysread(STDIN, $text, 65536, length $text) or exit;
		obey($1) while $text =~ s/\A(.*?\n)?\.\n//s;
	}
	while (@timers && $timers[0][0] <= time) {
		my $timer = shift @timers;
		eval { $timer->[1]->(); 1 } or note('wrong: the scenario:', $@ =~ s/\n.*//sr);
	}
}
