# make demo       the program against its embedded demo cloud; arguments go into ARGS
# make test       all tests; installs what they need
# make build      the release program: .build/release/genesys-login
# make install    the program, its manual page and completions below PREFIX (/usr/local; DESTDIR goes before it)
# make uninstall  removes them
# make pictures   the README's pictures and its table of keys, from the screens as they are now
# make manual     the manual page, from the commands as they are now
# make bench      measures the program beside its peers, which it installs; writes Tests/Benchmarks/RESULTS.md
# make dist       a tar archive of the program with its checksum, in .build/dist
# make prove-dist runs that archive's program in a bare Debian 12 (as root)
# make fuzz       hands made-up bytes to every parser of bytes from outside, a minute each; FUZZ_SECONDS=... sets it
# make sanitize   the tests under the address and the thread sanitizer; SUITES=... chooses some
# make lint       the formatter's strict rules
# make clean      removes everything that was built

program = .build/release/genesys-login
# Small: code for size, a section for each function so that the linker can leave out what nobody calls, no table of
# exported names, packed relocations, no tables for unwinding C. C++'s library is linked in. The linker strips, so that a
# second build has nothing to do. Figures: ARCHITECTURE.md.
archives = .build/archives
release = .setup/archives $(archives) && swift build -c release --static-swift-stdlib --disable-local-rpath --product genesys-login \
	-Xswiftc -Osize -Xswiftc -Xfrontend -Xswiftc -function-sections -Xswiftc -use-ld=bfd \
	-Xlinker --no-export-dynamic -Xlinker -z -Xlinker pack-relative-relocs -Xlinker -s \
	-Xlinker -L$(archives) -Xcc -fno-asynchronous-unwind-tables -Xcc -ffunction-sections -Xcc -fdata-sections
requirements = Tests/EndToEndTests/Support/requirements.txt

PREFIX = /usr/local
bin = $(DESTDIR)$(PREFIX)/bin
man = $(DESTDIR)$(PREFIX)/share/man/man1
bash = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zsh = $(DESTDIR)$(PREFIX)/share/zsh/site-functions
fish = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

.PHONY: build demo test bench dist prove-dist fuzz sanitize install uninstall pictures manual lint clean venv \
	tools-for-build tools-for-bench tools-for-dist tools-for-test

build: tools-for-build
	$(release)

demo: tools-for-build
	@$(release)
	@$(program) demo $(ARGS)

test: venv
	$(release)
	@.setup/test

bench: tools-for-bench
	$(release)
	@.setup/venv Tests/Benchmarks/requirements.txt .build-bench/venv
	@python3 Tests/Benchmarks/bench.py $(program) .build-bench $(ARGS)

dist: build
	@.setup/dist $(program)

prove-dist: dist tools-for-dist
	@.setup/prove-dist

fuzz: tools-for-build
	@.setup/fuzz $(PARSERS)

sanitize: tools-for-test
	@.setup/sanitize $(SUITES)

# Not by `build`: after it, whoever installs for everybody need not have Swift.
$(program): $(shell find Sources Resources Package.swift -type f)
	@.setup/tools build
	$(release)
	@touch $@

install: $(program)
	install -d "$(bin)" "$(man)" "$(bash)" "$(zsh)" "$(fish)"
	install -m 755 $(program) "$(bin)/genesys-login"
	install -m 644 Resources/genesys-login.1 "$(man)/genesys-login.1"
	$(program) --generate-completion-script bash >"$(bash)/genesys-login"
	$(program) --generate-completion-script zsh >"$(zsh)/_genesys-login"
	$(program) --generate-completion-script fish >"$(fish)/genesys-login.fish"

uninstall:
	rm -f "$(bin)/genesys-login" "$(man)/genesys-login.1" "$(bash)/genesys-login" "$(zsh)/_genesys-login" \
		"$(fish)/genesys-login.fish"

pictures: tools-for-build
	UPDATE_PICTURES=1 swift test --disable-xctest --filter 'PictureTests|KeyTableTests'

manual: tools-for-build
	UPDATE_MANUAL=1 swift test --disable-xctest --filter ManualTests

lint:
	swift format lint --strict --recursive Sources Tests Package.swift

clean:
	rm -rf .build .build-venv .build-pictures .build-fuzz .build-asan .build-tsan .build-bench

tools-for-build:
	@.setup/tools build

tools-for-bench:
	@.setup/tools bench

tools-for-dist:
	@.setup/tools dist

tools-for-test:
	@.setup/tools test

# The packages of the end-to-end tests' authorization server.
venv: tools-for-test
	@.setup/venv $(requirements) .build-venv
