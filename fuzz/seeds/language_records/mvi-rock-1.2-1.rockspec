package = "mvi-rock"
version = "1.2-1"
source = { url = "file:///tmp/luafx/mvi.lua" }
description = { summary = "x", license = "MIT", maintainer = "Ann <a@x>" }
dependencies = { "lua >= 5.1" }
build = { type = "builtin", modules = { mvi = "mvi.lua" } }
