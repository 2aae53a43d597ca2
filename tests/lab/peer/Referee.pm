# SPDX-License-Identifier: MPL-2.0
#
# What holds for every message of a client, whatever the scenario: it sees all of them and
# names each rule that is broken with the id of the requirement. A message that comes too
# early is wrong at once; a loaded machine may make one late.

package Referee;

use strict;
use warnings;
use Codec;

# Seconds. A packet that is late makes the next gap look short.
our $EARLY = 0.05;
our $LATE = 0.9;

# Sections 7.6 and 18.2: the first RT, its cap, how often, how long (MRC, MRD).
our %timing = (
	solicit => { irt => 1, mrt => 3600 },
	request => { irt => 1, mrt => 30, mrc => 10 },
	confirm => { irt => 1, mrt => 4, mrd => 10 },
	renew => { irt => 10, mrt => 600 },
	rebind => { irt => 10, mrt => 600 },
	link_rebind => { irt => 1, mrt => 4, mrd => 10 },
	inform => { irt => 1, mrt => 3600 },
	release => { irt => 1, mrc => 4 },
	decline => { irt => 1, mrc => 4 },
	register => { irt => 1, mrc => 3 },
);

# Appendix B and section 18.2, RFC 9686: must be there, may be there; anything else must not.
my @classes = (15, 16, 17);
my %content = (
	solicit => { must => [1, 6, 8], may => [3, 14, 20, 25, 39, @classes] },
	request => { must => [1, 2, 6, 8], may => [3, 20, 25, 39, @classes] },
	confirm => { must => [1, 3, 8], may => [@classes] },
	renew => { must => [1, 2, 6, 8], may => [3, 20, 25, 39, @classes] },
	rebind => { must => [1, 6, 8], may => [3, 20, 25, 39, @classes] },
	inform => { must => [6, 8], may => [1, 2, 20, @classes] },
	release => { must => [1, 2, 8], may => [3, 25, @classes] },
	decline => { must => [1, 2, 3, 8], may => [@classes] },
	register => { must => [1, 5], may => [8] },
);

# What may not be asked for (section 21.7), and what is inside others.
my %not_in_oro = map { $_ => 1 } 0 .. 9, 11 .. 16, 18 .. 20, 25, 26, 89 .. 93;

our $link_rebind = 0; # Rebinds have Confirm's timing
our $may_change = 0;  # leases end while a message is repeated (C-RTX-8)
our $rate = 20;       # so many messages in so many seconds at the most
our %allowed;         # further codes that the configuration sends

my (%exchange, @sent, @wrong, $name, $message);

sub wrong {
	push @wrong, "wrong: $name: @_";
}

sub check_content {
	my ($must, $may) = @{$content{$name}}{qw(must may)};
	my %expected = map { $_ => 1 } @$must, @$may;
	my %times;
	$times{$_->[0]}++ for @{$message->{options}};
	for my $code (sort { $a <=> $b } keys %times) {
		wrong("C-SOL-2 option $code must not be there")
			if !$expected{$code} && !$allowed{$code};
		wrong("option $code is there $times{$code} times")
			if $times{$code} > 1 && $code != 3 && $code != 4 && $code != 25;
	}
	for my $code (@$must) {
		wrong("option $code is missing") if !$times{$code};
	}
	wrong('no IA') if $name !~ /^(inform|register)$/ && !$times{3} && !$times{4} && !$times{25};
	wrong("C-FMT-2 $_") for @{$message->{faults}};
}

sub check_oro {
	my %wanted;
	$wanted{$_}++ for @{$message->{oro}};
	return if !exists $message->{of}{6};
	for my $code (sort { $a <=> $b } keys %wanted) {
		wrong("C-ORO-9 $code is asked for twice") if $wanted{$code} > 1;
		wrong("C-ORO-2 $code is asked for") if $not_in_oro{$code};
	}
	if ($name eq 'inform') {
		wrong('C-ORO-6 83 is missing') if !$wanted{83};
		wrong('C-ORO-6 32 is missing') if !$wanted{32};
	} else {
		wrong('C-ORO-5 82 is missing') if !$wanted{82};
		wrong('C-ORO-7 32 is asked for') if $wanted{32};
	}
}

sub check_ias {
	my %seen;
	my $exact = $name =~ /^(confirm|decline|release)$/;
	for my $ia (@{$message->{ias}}) {
		wrong(sprintf 'C-IAID-1 IAID %08x twice', $ia->{iaid})
			if $seen{$ia->{code}, $ia->{iaid}}++;
		wrong('C-IA-1 T1 or T2 is not 0') if $ia->{t1} || $ia->{t2};
		wrong("option @{$ia->{others}} in an IA") if @{$ia->{others}};
		wrong('an IA without a lease') if $exact && !@{$ia->{leases}};
		my %lease;
		for my $lease (@{$ia->{leases}}) {
			wrong("$lease->{text} twice") if $lease{$lease->{text}}++;
			wrong('C-IA-1 a lifetime is not 0') if $lease->{preferred} || $lease->{valid};
			wrong('C-IA-6 the address ::') if $ia->{code} != 25 && $lease->{text} eq '::';
			wrong('C-IA-7 the prefix ::/0') if $lease->{text} eq '::/0';
			wrong("a hint: $lease->{text}") if $exact && $lease->{text} =~ /^::\//;
		}
	}
}

sub without_elapsed {
	my ($octets) = @_;
	my @others = grep { $_->[0] != 8 } @{options_in(substr $octets, 4) // []};
	return join '', map { option(@$_) } @others;
}

# The RT that is running lies between {least} and {most}: each gap tells more about it.
sub next_range {
	my ($exchange, $gap, $timing) = @_;
	my $least = 1.9 * ($gap - $LATE > $exchange->{least} ? $gap - $LATE : $exchange->{least});
	my $most = 2.1 * ($gap + $EARLY < $exchange->{most} ? $gap + $EARLY : $exchange->{most});
	my $mrt = $timing->{mrt};
	if ($mrt && $most > $mrt) {
		$least = 0.9 * $mrt if $least > 0.9 * $mrt;
		$most = 1.1 * $mrt;
	}
	@$exchange{qw(least most)} = ($least, $most);
}

sub check_repeat {
	my ($exchange, $timing) = @_;
	my $gap = $message->{gap};
	wrong('C-RTX-9 a retransmission differs')
		if !$may_change && $name ne 'register'
			&& without_elapsed($message->{octets}) ne $exchange->{rest};
	wrong(sprintf 'C-RTX-1 after %.3f s instead of %.3f', $gap, $exchange->{least})
		if $gap < $exchange->{least} - $EARLY;
	wrong(sprintf 'C-RTX-1 after %.3f s instead of %.3f at the most', $gap, $exchange->{most})
		if $gap > $exchange->{most} + $LATE;
	wrong("C-RTX-4 sent $exchange->{n} times") if $timing->{mrc} && $exchange->{n} > $timing->{mrc};
	wrong(sprintf 'C-RTX-6 %.3f s after the first', $message->{since})
		if $timing->{mrd} && $message->{since} > $timing->{mrd} + $EARLY;
	next_range($exchange, $gap, $timing);
}

sub check_time {
	my $timing = $timing{$name eq 'rebind' && $link_rebind ? 'link_rebind' : $name};
	my $exchange = $exchange{$message->{xid}};
	if ($exchange && $exchange->{name} eq $name) {
		$exchange->{n}++;
		$message->{gap} = $message->{time} - $exchange->{last};
		$message->{since} = $message->{time} - $exchange->{first};
		check_repeat($exchange, $timing);
	} else {
		wrong("C-XID-1 the xid of an earlier $exchange->{name}") if $exchange;
		$exchange = $exchange{$message->{xid}} = {
			name => $name, n => 1, first => $message->{time},
			rest => without_elapsed($message->{octets}),
			least => ($name eq 'solicit' ? 1 : 0.9) * $timing->{irt},
			most => 1.1 * $timing->{irt} };
		@$message{qw(gap since)} = (0, 0);
	}
	$exchange->{last} = $message->{time};
	$message->{n} = $exchange->{n};
	my $elapsed = int(100 * $message->{since});
	$elapsed = 65535 if $elapsed > 65535;
	my $told = $message->{elapsed} // 0;
	wrong("C-ELP-2 elapsed time $told in the first message") if $exchange->{n} == 1 && $told != 0;
	wrong("C-ELP-3 elapsed time $told instead of $elapsed") if abs($told - $elapsed) > 30;
}

# A registration comes from what it registers; everything else from a link-local address.
sub check_addresses {
	if ($name eq 'register') {
		my $registered = substr $message->{of}{5} // '', 0, 16;
		wrong("C-REG-2 source $message->{source}")
			if address($message->{source}) ne $registered;
	} elsif ($message->{source} !~ /^fe[89ab][0-9a-f]:/) {
		wrong("C-GEN-3 source $message->{source}");
	}
	wrong("C-GEN-1 destination $message->{destination}, port $message->{to_port}")
		if $message->{destination} ne 'ff02::1:2' || $message->{to_port} != 547;
	wrong("source port $message->{from_port}") if $message->{from_port} != 546;
}

sub check_rate {
	push @sent, $message->{time};
	shift @sent while $sent[0] < $message->{time} - $rate + $EARLY;
	wrong('C-RATE-1 ' . scalar(@sent) . " messages in $rate s") if @sent > $rate;
}

# Adds {n}, {gap} and {since} to the message; returns what is wrong with it, a line each.
sub judge {
	($message) = @_;
	$name = $TYPE_NAME{$message->{type}} // "type $message->{type}";
	@wrong = ();
	if (!$content{$name}) {
		wrong('a client sends no such message');
		return @wrong;
	}
	check_content();
	check_oro();
	check_ias();
	check_time();
	check_addresses();
	check_rate();
	return @wrong;
}

1;
