#!/usr/bin/perl
# mimetools.pl - the leaves of messages as MIME::Parser (libmime-tools-perl)
# takes them apart, still encoded: a second opinion where two readers differ.
#
# Standard input: "LENGTH" LF and so many octets, for each message. Output: for
# each leaf "SECTION LENGTH" LF and its octets; "." LF behind each message.
use strict;
use warnings;
no warnings "recursion"; # as deep as the mail
use MIME::Parser;

binmode STDIN;
binmode STDOUT;

sub leaves {
	my ($entity, $section) = @_;
	my @parts = $entity->parts;
	my $n = 0;
	if ($entity->mime_type =~ m{^multipart/}i) {
		my $base = length $section ? "$section." : "";
		leaves($_, $base . ++$n) foreach @parts;
		return;
	}
	$section = "1" unless length $section;
	if (@parts) {
		my $inner = $parts[0];
		my $whole = $inner->mime_type =~ m{^multipart/}i;
		leaves($inner, $whole ? $section : "$section.1");
		return;
	}
	my $text = $entity->bodyhandle ? $entity->bodyhandle->as_string
	    : join("", @{ $entity->body || [] });
	print "$section ", length $text, "\n", $text;
}

while (defined(my $length = <STDIN>)) {
	my $octets = "";
	read(STDIN, $octets, $length) == $length or die "input ends early\n";
	my $parser = MIME::Parser->new;
	$parser->output_to_core(1);
	$parser->tmp_to_core(1);
	$parser->decode_bodies(0);
	$parser->extract_nested_messages(1);
	my $entity = eval { $parser->parse_data($octets) };
	leaves($entity, "") if $entity;
	print ".\n";
}
