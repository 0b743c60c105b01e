//go:build tools

// Package h2spec names the program that is built from the versions in go.mod.
package h2spec

import _ "github.com/summerwind/h2spec/cmd/h2spec"
