# make demo       the program against its embedded demo cloud; arguments go into ARGS
# make test       all tests; installs what they need
# make build      the release program: .build/release/genesys-login
# make install    the program, its manual page and completions below PREFIX (/usr/local; DESTDIR goes before it)
# make uninstall  removes them
# make pictures   the README's pictures and its table of keys, from the screens as they are now
# make manual     the manual page, from the commands as they are now
# make fuzz       hands made-up bytes to every parser of bytes from outside, a minute each; FUZZ_SECONDS=... sets it
# make sanitize   the tests under the address and the thread sanitizer; SUITES=... chooses some
# make lint       the formatter's strict rules
# make clean      removes everything that was built

program = .build/release/genesys-login
# The linker strips, so that a second build has nothing to do.
release = swift build -c release --static-swift-stdlib -Xlinker -s --product genesys-login
requirements = Tests/EndToEndTests/Support/requirements.txt

PREFIX = /usr/local
bin = $(DESTDIR)$(PREFIX)/bin
man = $(DESTDIR)$(PREFIX)/share/man/man1
bash = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zsh = $(DESTDIR)$(PREFIX)/share/zsh/site-functions
fish = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

.PHONY: build demo test fuzz sanitize install uninstall pictures manual lint clean venv tools-for-build tools-for-test

build: tools-for-build
	$(release)

demo: tools-for-build
	@$(release)
	@$(program) demo $(ARGS)

test: venv
	$(release)
	@.setup/test

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
	rm -rf .build .build-venv .build-pictures .build-fuzz .build-asan .build-tsan

tools-for-build:
	@.setup/tools build

tools-for-test:
	@.setup/tools test

# The packages of the end-to-end tests' authorization server.
venv: tools-for-test
	@.setup/venv $(requirements) .build-venv
