# SPDX-License-Identifier: MPL-2.0
#
# DHCPv6 messages from octets to text and back, written from the standard alone: a second
# opinion beside client/core. Nothing here is shared with the client.

package Codec;

use strict;
use warnings;
use Exporter 'import';
use Socket qw(AF_INET6 inet_pton inet_ntop);

our @EXPORT = qw(%TYPE %TYPE_NAME %OPTION %OPTION_NAME address option options_in decode describe);

our %TYPE = (
	solicit => 1, advertise => 2, request => 3, confirm => 4, renew => 5, rebind => 6,
	reply => 7, release => 8, decline => 9, reconfigure => 10, inform => 11,
	relay_forward => 12, relay_reply => 13, register => 36, register_reply => 37,
);
our %TYPE_NAME = map { $TYPE{$_} => $_ } keys %TYPE;

our %OPTION = (
	client => 1, server => 2, na => 3, ta => 4, iaaddr => 5, oro => 6, preference => 7,
	elapsed => 8, relay => 9, auth => 11, unicast => 12, status => 13, rapid => 14,
	user_class => 15, vendor_class => 16, vendor_opts => 17, reconf_msg => 19,
	reconf_accept => 20, dns => 23, domains => 24, pd => 25, iaprefix => 26, refresh => 32,
	fqdn => 39, sol_max_rt => 82, inf_max_rt => 83, register_enable => 148,
);
our %OPTION_NAME = map { $OPTION{$_} => $_ } keys %OPTION;

sub address { # '2001:db8::1' -> 16 octets
	my ($text) = @_;
	return inet_pton(AF_INET6, $text) // die "no address: $text\n";
}

sub option {
	my ($code, $data) = @_;
	return pack('nn/a', $code, $data // '');
}

# [[CODE, DATA], ...], or nothing if the octets do not end where an option ends.
sub options_in {
	my ($octets) = @_;
	my @all;
	while (length $octets) {
		return if length $octets < 4;
		my ($code, $size) = unpack 'nn', $octets;
		return if length $octets < 4 + $size;
		push @all, [$code, substr $octets, 4, $size];
		substr $octets, 0, 4 + $size, '';
	}
	return \@all;
}

# An IA_NA, IA_TA or IA_PD, and the leases in it; nothing if it is malformed.
sub decode_ia {
	my ($code, $data) = @_;
	my $head = $code == $OPTION{ta} ? 4 : 12;
	return if length $data < $head;
	my ($iaid, $t1, $t2) = unpack 'NNN', $data . "\0" x 8;
	my $inner = options_in(substr $data, $head) or return;
	my %ia = (code => $code, iaid => $iaid, t1 => $t1, t2 => $t2, leases => [], others => []);
	($ia{t1}, $ia{t2}) = (0, 0) if $head == 4;
	for (@$inner) {
		my ($kind, $content) = @$_;
		if ($kind == $OPTION{iaaddr} && $code != $OPTION{pd} && length $content >= 24) {
			my ($addr, $preferred, $valid) = unpack 'a16NN', $content;
			push @{$ia{leases}}, { text => inet_ntop(AF_INET6, $addr), bits => 128,
				preferred => $preferred, valid => $valid, rest => substr $content, 24 };
		} elsif ($kind == $OPTION{iaprefix} && $code == $OPTION{pd} && length $content >= 25) {
			my ($preferred, $valid, $bits, $addr) = unpack 'NNCa16', $content;
			push @{$ia{leases}}, { text => inet_ntop(AF_INET6, $addr) . "/$bits",
				bits => $bits, preferred => $preferred, valid => $valid,
				rest => substr $content, 25 };
		} else {
			push @{$ia{others}}, $kind;
		}
	}
	return \%ia;
}

# A message as a hash; what cannot be read is listed in {faults}.
sub decode {
	my ($octets) = @_;
	my %message = (octets => $octets, faults => [], ias => [], options => [], type => 0);
	if (length $octets < 4) {
		push @{$message{faults}}, 'shorter than 4 octets';
		return \%message;
	}
	$message{type} = ord $octets;
	$message{xid} = unpack 'H6', substr $octets, 1;
	my $options = options_in(substr $octets, 4);
	push @{$message{faults}}, 'options are cut' if !$options;
	$message{options} = $options // [];
	for (@{$message{options}}) {
		my ($code, $data) = @$_;
		my $name = $OPTION_NAME{$code} // "option-$code";
		$message{of}{$code} //= $data;
		if ($name =~ /^(na|ta|pd)$/) {
			my $ia = decode_ia($code, $data);
			push @{$message{$ia ? 'ias' : 'faults'}}, $ia // "malformed $name";
		}
	}
	push @{$message{faults}}, 'odd oro' if length($message{of}{6} // '') % 2;
	push @{$message{faults}}, 'length of elapsed'
		if exists $message{of}{8} && length $message{of}{8} != 2;
	$message{oro} = [unpack 'n*', $message{of}{6} // ''];
	$message{elapsed} = unpack 'n', $message{of}{8} if exists $message{of}{8};
	return \%message;
}

# Times behind an @, where they are not 0, as in all that a client sends.
sub describe_times {
	my ($first, $second) = @_;
	return $first || $second ? "\@$first/$second" : '';
}

# na=00000010@1000/1600{2001:db8:1::77@2000/3000,...}
sub describe_ia {
	my ($ia) = @_;
	my @inner = map { $_->{text} . describe_times(@$_{qw(preferred valid)})
		. (length $_->{rest} ? '+' . unpack('H*', $_->{rest}) : '') } @{$ia->{leases}};
	return sprintf '%s=%08x%s{%s}', $OPTION_NAME{$ia->{code}}, $ia->{iaid},
		describe_times(@$ia{qw(t1 t2)}), join ',', @inner, map { "option-$_" } @{$ia->{others}};
}

# One line of words: NAME=VALUE for what has a value.
sub describe {
	my ($message) = @_;
	my @words = ($TYPE_NAME{$message->{type}} // "type-$message->{type}",
		'xid=' . ($message->{xid} // '-'),
		'options=' . join(',', map { $_->[0] } @{$message->{options}}));
	my @ias = @{$message->{ias}};
	for (@{$message->{options}}) {
		my ($code, $data) = @$_;
		my $name = $OPTION_NAME{$code} // "option-$code";
		if ($name =~ /^(na|ta|pd)$/) {
			push @words, describe_ia(shift @ias) if @ias;
		} elsif ($name eq 'iaaddr' && length $data >= 24) { # of registrations
			my ($addr, @times) = unpack 'a16NN', $data;
			push @words, 'iaaddr=' . inet_ntop(AF_INET6, $addr) . describe_times(@times);
		} elsif ($name eq 'oro') {
			push @words, 'oro=' . join ',', @{$message->{oro}};
		} elsif ($name eq 'elapsed') {
			push @words, 'elapsed=' . ($message->{elapsed} // '?');
		} elsif ($name eq 'status') {
			push @words, 'status=' . unpack 'n', $data . "\0\0";
		} else {
			push @words, length $data ? "$name=" . unpack 'H*', $data : $name;
		}
	}
	push @words, map { "fault=" . tr/ /-/r } @{$message->{faults}};
	return "@words";
}

1;
