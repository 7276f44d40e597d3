# Orders of one line; what they do is in tools/.
.PHONY: demo test bench completions

demo:            # build mvi, make a small real image from Debian packages, judge it
	@bash tools/demo.sh

test:            # format, lints, documentation, every test; makes the test images when they are missing
	@bash tools/test.sh

bench:           # measure beside syft, dive and the plain tools; writes docs/benchmarks.md
	@bash tools/bench.sh

completions:     # shell completions and manual page into target/
	@bash tools/completions.sh
