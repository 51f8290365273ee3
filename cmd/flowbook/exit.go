package main

import (
	"errors"
	"fmt"
	"strings"

	"flowbook/modellib/backend"

	"github.com/spf13/cobra"
)

// The exit codes of DESIGN section 6.
const (
	exitFine   = 0
	exitFailed = 1 // the work failed
	exitUsage  = 2 // wrong usage
	exitInputs = 3 // done, but some inputs were bad
)

// codedError is an error that knows its exit code.
type codedError struct {
	code int
	err  error
}

func (e codedError) Error() string { return e.err.Error() }
func (e codedError) Unwrap() error { return e.err }

// usageError is a mistake in the command line.
func usageError(format string, args ...any) error {
	return codedError{exitUsage, fmt.Errorf(format, args...)}
}

// badInputs reports inputs that were bad although the work was done.
func badInputs(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	return codedError{exitInputs, errors.Join(append([]error{
		fmt.Errorf("done, but %s", plural(len(errs), "input was bad", "inputs were bad"))}, errs...)...)}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// codeOf is the exit code of what a command returned.
func codeOf(err error) int {
	var coded codedError
	var wish *backend.SpecError
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &wish), strings.HasPrefix(err.Error(), "unknown command"):
		return exitUsage
	default:
		return exitFailed
	}
}

// usageArgs makes a wrong number of arguments a usage error.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usageError("%v\nusage: %s", err, c.UseLine())
		}
		return nil
	}
}
