# make demo    the program against its embedded demo cloud; arguments go into ARGS
# make test    all tests; installs what they need
# make build   the release program: .build/release/genesys-login
# make pictures  the README's pictures, from the screens as they are now
# make lint    the formatter's strict rules
# make clean   removes everything that was built

# The linker strips, so that a second build has nothing to do.
release = swift build -c release --static-swift-stdlib -Xlinker -s --product genesys-login
requirements = Tests/EndToEndTests/Support/requirements.txt

.PHONY: build demo test pictures lint clean venv tools-for-build tools-for-test

build: tools-for-build
	$(release)

demo: tools-for-build
	@$(release)
	@.build/release/genesys-login demo $(ARGS)

test: venv
	$(release)
	@.setup/test

pictures: tools-for-build
	UPDATE_PICTURES=1 swift test --disable-xctest --filter PictureTests

lint:
	swift format lint --strict --recursive Sources Tests Package.swift

clean:
	rm -rf .build .build-venv .build-pictures

tools-for-build:
	@.setup/tools build

tools-for-test:
	@.setup/tools test

# The packages of the end-to-end tests' authorization server.
venv: tools-for-test
	@.setup/venv $(requirements) .build-venv
