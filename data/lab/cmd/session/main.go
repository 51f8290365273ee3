// Command session makes one recording. It is started by command record, reads
// a session.Spec as JSON from standard input, and writes a session.Result as
// JSON beside the capture, with ".json" added to the name.
//
// Each recording needs a process of its own, because finalizers of
// wireguard-go run outside the bubble of virtual time.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"testing/cryptotest"
	"testing/synctest"

	"flowbook/data/lab/session"
)

func main() {
	var s session.Spec
	if err := json.NewDecoder(os.Stdin).Decode(&s); err != nil {
		fmt.Fprintln(os.Stderr, "session: the spec on standard input:", err)
		os.Exit(2)
	}
	if s.Real {
		if err := record(s); err != nil {
			fmt.Fprintln(os.Stderr, "session:", err)
			os.Exit(1)
		}
		return
	}
	// synctest and cryptotest want a testing.T, and testing.Main gives one
	// to a program that is no test. It exits with 1 when the recording fails.
	all := func(_, _ string) (bool, error) { return true, nil }
	testing.Main(all, []testing.InternalTest{{Name: "session", F: func(t *testing.T) {
		cryptotest.SetGlobalRandom(t, s.Seed)
		synctest.Test(t, func(t *testing.T) {
			if err := record(s); err != nil {
				t.Error(err)
			}
		})
	}}}, nil, nil)
}

func record(s session.Spec) error {
	r, err := session.Record(s)
	if err != nil {
		return err
	}
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return os.WriteFile(s.File+".json", b, 0o644)
}
