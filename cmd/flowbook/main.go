// Command flowbook classifies network traffic by the timing and volume of its
// flows: captures in, flow tables, data sets, trained networks and reports out.
//
// It is a thin skin over the packages flowlib, modellib and plots. Exit codes:
// 0 fine, 1 the work failed, 2 wrong usage, 3 done but some inputs were bad.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second ^C ends the program at once, and so does work that does not
	// notice the first one, such as waiting for a pipe.
	context.AfterFunc(ctx, func() {
		stop()
		time.AfterFunc(3*time.Second, func() {
			fmt.Fprintln(os.Stderr, "flowbook: interrupted")
			os.Exit(exitFailed)
		})
	})
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
