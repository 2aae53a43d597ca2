# SPDX-License-Identifier: MPL-2.0
#
# The work of requirements.sh: names of files on standard input, TAP on standard output.
#
# A test file is taken as blocks: what begins in the first column, with the comment right
# above it. A test has the ids of its block and of every block of the file that it uses by
# name, be it a table or a function. The simulator and the fuzzers' targets count as one
# test each, as they check everything at every step.

function append(list, item, separator) {
	return list == "" ? item : list separator item
}

function is_must(id) {
	return level[id] == "M" || level[id] == "MN"
}

function complain(line, text) {
	complaints[line] = complaints[line] "# " text "\n"
}

### What is asked for

function read_requirement(line, column) {
	if (line ~ /^#/ || line == "")
		return
	if (split(line, column, / *[|] */) != 4 || length(column[4]) > 90 ||
	    column[1] !~ /^C-[A-Z][A-Z0-9]*(-[A-Z]+)?-[0-9]+$/ ||
	    column[2] !~ /^(M|MN|S|SN|MAY|m|C)$/) {
		complain(1, "not understood: " line)
	} else if (column[1] in level) {
		complain(1, column[1] " is there twice")
	} else {
		order[++n_requirements] = column[1]
		level[column[1]] = column[2]
	}
}

# A reason in the first column, the ids it is for on indented lines below it.
function read_exemption(line, ids, i, n) {
	if (line ~ /^#/ || line == "")
		return
	if (line !~ /^[ \t]/) {
		reason = line
		return
	}
	n = split(line, ids, " ")
	for (i = 1; i <= n; i++) {
		if (!(ids[i] in level))
			complain(4, ids[i] " is no requirement")
		else if (!is_must(ids[i]))
			complain(4, ids[i] " is no MUST and needs no reason")
		else if (ids[i] in exempt)
			complain(4, ids[i] " is there twice")
		exempt[ids[i]] = reason
	}
}

### Tests

function new_test(program, pattern, short, slow) {
	n_tests++
	test_program[n_tests] = program
	test_pattern[n_tests] = pattern
	test_short[n_tests] = short
	test_slow[n_tests] = slow
	return n_tests
}

function claim(test, id) {
	if ((test, id) in claimed)
		return
	claimed[test, id]
	claims[id] = append(claims[id], test, " ")
	used[test]
}

function number_of(id) {
	sub(/.*-/, "", id)
	return id + 0
}

# "C-ELP-2 to C-ELP-4" stands for three ids.
function ids_of(text, found, id, last, i) {
	found = ""
	while (match(text, /C-[A-Z][A-Z0-9]*(-[A-Z]+)?-[0-9]+/)) {
		id = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		found = append(found, id, " ")
		if (match(text, /^ to C-[A-Z][A-Z0-9]*(-[A-Z]+)?-[0-9]+/)) {
			last = number_of(substr(text, 1, RLENGTH))
			for (i = number_of(id) + 1; i < last; i++) {
				sub(/[0-9]+$/, "", id)
				found = append(found, id i, " ")
			}
		}
	}
	return found
}

function claim_all(test, ids, id, i, n) {
	n = split(ids, id, " ")
	for (i = 1; i <= n; i++) {
		claim(test, id[i])
		if (!(id[i] in level))
			complain(2, test_short[test] " names " id[i])
	}
}

function begin_block(name, text) {
	in_block = 1
	n_blocks++
	block_name[n_blocks] = name
	block_text[n_blocks] = comment "\n" text
	block_test[n_blocks] = 0
	comment = ""
}

function add_to_block(text) {
	block_text[n_blocks] = block_text[n_blocks] "\n" text
}

# The identifier before what matches `what`, or "".
function name_before(line, what, name) {
	if (!match(line, "[A-Za-z_][A-Za-z0-9_]*" what))
		return ""
	name = substr(line, RSTART, RLENGTH)
	match(name, /^[A-Za-z0-9_]+/)
	return substr(name, 1, RLENGTH)
}

function begin_c(line, part) {
	is_data = line ~ /=/
	has_brace = line ~ /[{]/
	begin_block(is_data ? name_before(line, "(\\[[^]]*\\])* =") : name_before(line, "\\("), line)
	if (match(line, /^Test\([a-z0-9_]+, *[a-z0-9_]+/)) {
		split(substr(line, 6, RLENGTH - 5), part, / *, */)
		block_name[n_blocks] = ""
		block_test[n_blocks] = new_test(program, part[1] "::" part[2],
						program ": " part[2], 0)
	}
	if (line ~ /;$/)
		in_block = 0
}

function read_c(line) {
	if (in_block) {
		add_to_block(line)
		if (line ~ /^} .* = [{]$/)
			block_name[n_blocks] = name_before(line, "(\\[[^]]*\\])* =")
		else if (line ~ /^}/ || (is_data && line ~ /};$/) || (!has_brace && line ~ /;$/))
			in_block = 0
		else if (line ~ /[{]/)
			has_brace = 1
	} else if (in_comment || line ~ /^\/\*/) {
		comment = comment "\n" line
		in_comment = line !~ /\*\//
	} else if (line ~ /^[A-Za-z_]/) {
		begin_c(line)
	} else {
		comment = ""
	}
}

# The name of a case as a pattern: $variables stand for anything.
function pattern_of(name, pattern, c) {
	pattern = ""
	while (name != "") {
		if (match(name, /^[$][a-z_]+/)) {
			pattern = pattern ".*"
			name = substr(name, RLENGTH + 1)
			continue
		}
		c = substr(name, 1, 1)
		pattern = pattern (c ~ /[A-Za-z0-9 ,:;_=-]/ ? c : c == "^" || c == "\\" ? "." : "[" c "]")
		name = substr(name, 2)
	}
	return pattern
}

function quoted(line) {
	match(line, /"[^"]*"/)
	return substr(line, RSTART + 1, RLENGTH - 2)
}

function read_case(line, name, rest) {
	name = quoted(line)
	rest = substr(line, RSTART + RLENGTH + 1)
	sub(/ .*/, "", rest)
	begin_block("", rest)
	block_test[n_blocks] = new_test(program, pattern_of(name), program ": " name,
					line ~ /lab_slow_case/)
	in_block = 0
}

function read_shell(line) {
	if (in_block) {
		add_to_block(line)
		in_block = line !~ /^}/
	} else if (line ~ /^[ \t]*lab_(slow_)?case "/) {
		read_case(line)
	} else if (line ~ /^@test "/) {
		begin_block("", line)
		block_test[n_blocks] = new_test(program, pattern_of(quoted(line)),
						program ": " quoted(line), 0)
	} else if (line ~ /^[a-z0-9_]+\(\) *[{]/) {
		begin_block(name_before(line, "\\("), line)
		in_block = line !~ /}$/
	} else if (line ~ /^#/) {
		comment = comment "\n" line
	} else {
		comment = ""
	}
}

function visit(test, block, other, i, n) {
	if ((test, block) in visited)
		return
	visited[test, block]
	claim_all(test, block_ids[block])
	n = split(block_uses[block], other, " ")
	for (i = 1; i <= n; i++)
		visit(test, other[i])
}

function end_blocks(i, j, n, word, by_name, seen) {
	for (i = 1; i <= n_blocks; i++)
		if (block_name[i] != "")
			by_name[block_name[i]] = i
	for (i = 1; i <= n_blocks; i++) {
		block_ids[i] = ids_of(block_text[i])
		block_uses[i] = ""
		n = split(block_text[i], word, /[^A-Za-z0-9_]+/)
		for (j = 1; j <= n; j++)
			if (word[j] in by_name && by_name[word[j]] != i && !((i, word[j]) in seen)) {
				seen[i, word[j]]
				block_uses[i] = append(block_uses[i], by_name[word[j]], " ")
			}
	}
	for (i = 1; i <= n_blocks; i++)
		if (block_test[i])
			visit(block_test[i], i)
	for (i in visited)
		delete visited[i]
	n_blocks = 0
	in_block = in_comment = 0
	comment = ""
}

### Results

function read_result(line, part, name, found) {
	if (line !~ /^(PASS|FAIL|XPASS|XFAIL|SKIP|ERROR): tests\//)
		return
	split(line, part, " ")
	found = part[1] ~ /^(PASS|XFAIL)/ ? "passed" : part[1] ~ /^SKIP/ ? "skipped" : "failed"
	if (part[3] !~ /^[0-9]+$/) { # of the program as a whole
		program_skipped[part[2]] = found == "skipped"
		return
	}
	name = line
	sub(/^[A-Z]+: [^ ]+ [0-9]+ (- )?/, "", name)
	sub(/ # [Ss][Kk][Ii][Pp].*/, "", name)
	if (name ~ /^[a-z0-9_]+::/) # Criterion adds how long it took, or how it died
		sub(/ .*/, "", name)
	n_results++
	program_results[part[2]]++
	result_name[part[2], program_results[part[2]]] = name
	result[part[2], program_results[part[2]]] = found
}

function worse(a, b) {
	if (a == "failed" || b == "failed")
		return "failed"
	if (a == "passed" || b == "passed")
		return "passed"
	return a == "skipped" || b == "skipped" ? "skipped" : "not run"
}

function result_of(test, i, found, pattern, p) {
	p = test_program[test]
	pattern = "^(" test_pattern[test] ")$"
	found = "not run"
	for (i = 1; i <= program_results[p]; i++)
		if (result_name[p, i] ~ pattern)
			found = worse(found, result[p, i])
	if (found == "not run" && program_skipped[p])
		found = "skipped"
	# --enable-fuzzing leaves the replay out, LAB_SLOW=no the slow cases.
	if (found == "not run" && n_results > 0 && !test_slow[test] && p !~ /^tests\/fuzz/)
		complain(5, test_short[test] " has no result")
	return found
}

### All together

# program, and how the file is read
function begin_file(file, short) {
	short = file
	sub(/.*\/tests\//, "tests/", short)
	program = short
	whole = 0
	if (short ~ /requirements\.in$/)
		return "requirements"
	if (short ~ /requirements\.exempt$/)
		return "exemptions"
	if (short ~ /\.log$/)
		return "log"
	if (short ~ /\.(test|bats)$/)
		return "shell"
	sub(/\.c$/, "", program)
	if (short ~ /^tests\/unit/)
		return "c"
	if (short ~ /^tests\/sim/) {
		program = "tests/sim/sim"
		if (!sim)
			sim = new_test(program, "seeds .*", program, 0)
		whole = sim
	} else {
		sub(/.*fuzz_/, "", short)
		sub(/\.c$/, "", short)
		whole = new_test("tests/fuzz/replay.sh", short ": .*", program, 0)
	}
	return "whole"
}

function read_file(file, kind, line, status) {
	kind = begin_file(file)
	while ((status = (getline line < file)) > 0) {
		if (kind == "requirements")
			read_requirement(line)
		else if (kind == "exemptions")
			read_exemption(line)
		else if (kind == "log")
			read_result(line)
		else if (kind == "c")
			read_c(line)
		else if (kind == "shell")
			read_shell(line)
		else
			claim_all(whole, ids_of(line))
	}
	if (status < 0)
		complain(1, file " cannot be read")
	close(file)
	end_blocks()
}

# A line of the table
function judge(id, test, i, n, status, names) {
	n = split(claims[id], test, " ")
	names = ""
	status = n > 0 ? "not run" : id in exempt ? "exempt" : "untested"
	for (i = 1; i <= n; i++) {
		status = worse(status, test_result[test[i]])
		names = append(names, test_short[test[i]], "; ")
	}
	if (status == "untested" && is_must(id))
		complain(3, id " has no test")
	if (n > 0 && id in exempt)
		complain(4, id " has a test: " names)
	total[is_must(id), "all"]++
	total[is_must(id), "tested"] += n > 0
	total[is_must(id), status]++
	state[status]++
	printf "%-12s %-3s %-8s %s\n", id, level[id], status,
	       status == "exempt" ? exempt[id] : names >table
}

function say(number, text) {
	if (number in complaints) {
		printf "%s", complaints[number]
		failed++
	}
	printf "%s %d - %s\n", number in complaints ? "not ok" : "ok", number, text
}

function say_also(status) {
	return state[status] > 0 ? ", " state[status] " " status : ""
}

{
	read_file($0)
}

END {
	printf "" >table
	for (i = 1; i <= n_tests; i++)
		if (i in used)
			test_result[i] = result_of(i)
	for (i = 1; i <= n_requirements; i++)
		judge(order[i])
	if (n_requirements == 0)
		complain(1, "no requirements")
	if (n_results == 0)
		complain(5, "no results: `make check` comes first")
	print "1..5"
	say(1, "the requirements are a list")
	say(2, "tests name no others")
	say(3, "every MUST and MUST NOT has a test or a reason why not")
	say(4, "no reason is given for what needs none")
	say(5, "every test that names a requirement has a result")
	printf "# requirements: %d M/MN, %d tested, %d exempt; %d others tested of %d%s%s%s\n",
	       total[1, "all"], total[1, "tested"], total[1, "exempt"], total[0, "tested"],
	       total[0, "all"], say_also("failed"), say_also("skipped"), say_also("not run")
	exit failed > 0
}
