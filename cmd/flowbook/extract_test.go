package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"flowbook/flowlib/flowio"
	"flowbook/flowlib/meter"
)

// oneCapture is a capture of the course set.
func oneCapture(t *testing.T) string {
	t.Helper()
	found, _, err := captures([]string{unpacked(t)})
	if err != nil || len(found) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	return found[0]
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestExtractTimeouts: several timeouts in one pass give the tables of one
// pass each (superflows are the same flows), in CSV a directory a timeout, in
// Parquet one table with the account in it.
func TestExtractTimeouts(t *testing.T) {
	capture, dir := oneCapture(t), t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	must(t, "extract", "--quiet", "--flow-timeout", "120s,3s", "-o", at("both"), capture)
	must(t, "extract", "--quiet", "-o", at("super.csv"), capture)
	name := filepath.Base(capture) + "_Flow.csv"
	if read(t, at("both/120s/"+name)) != read(t, at("super.csv")) {
		t.Error("superflows of two timeouts and of one differ")
	}
	mini := strings.Count(read(t, at("both/3s/"+name)), "\n") - 1
	must(t, "extract", "--quiet", "--flow-timeout", "120s,3s", "--format", "parquet", "-o", at("both.parquet"), capture)
	flows, err := flowio.ReadParquet(at("both.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range flows {
		if f.Timeout == 3*time.Second {
			mini--
		}
		if i > 0 && (f.First < flows[i-1].First || f.First == flows[i-1].First && f.Timeout > flows[i-1].Timeout) {
			t.Fatalf("row %d out of order", i)
		}
	}
	if mini != 0 {
		t.Errorf("%d miniflows more in CSV than in Parquet", mini)
	}
	features := must(t, "extract", "--quiet", "--flow-timeout", "120s,3s", "--columns", "features", "--workers", "1", "-o", "-", capture)
	if n := strings.Count(features, "\n") - 1; n != len(flows) {
		t.Errorf("%d rows of features, %d in Parquet", n, len(flows))
	}
}

// TestExtractPackets: the offsets of all packets of all flows are those of the account.
func TestExtractPackets(t *testing.T) {
	dir := t.TempDir()
	offsets, account := filepath.Join(dir, "offsets.csv"), filepath.Join(dir, "account.json")
	must(t, "extract", "--quiet", "--packets", offsets, "--accounting", account, "-o", filepath.Join(dir, "flows.csv"), oneCapture(t))
	var acc []struct{ Packets []meter.Accounting }
	if err := json.Unmarshal([]byte(read(t, account)), &acc); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	rows := strings.Split(strings.TrimSpace(read(t, offsets)), "\n")
	for _, row := range rows[1:] {
		f := strings.Split(row, ",")
		if n, err := strconv.ParseInt(f[1], 10, 64); err != nil || n >= acc[0].Packets[0].Flows || seen[f[2]] {
			t.Fatalf("row %q", row)
		}
		seen[f[2]] = true
	}
	if int64(len(seen)) != acc[0].Packets[0].InFlows {
		t.Errorf("%d offsets, %v", len(seen), acc[0].Packets[0])
	}
}

// TestExtractOptions: what must change nothing, and what must be counted.
func TestExtractOptions(t *testing.T) {
	capture := oneCapture(t)
	want := must(t, "extract", "--quiet", "--workers", "1", "-o", "-", capture)
	for _, flags := range [][]string{{"--workers", "2"}, {"--workers", "8"}, {"--reader", "gopacket"}, {"--max-flows", "1000000"}, {"--disorder", "sort=1s"}} {
		if got := must(t, append(append([]string{"extract", "--quiet", "-o", "-"}, flags...), capture)...); got != want {
			t.Errorf("%v writes other bytes", flags)
		}
	}
	if code, _, errs := flowbook(t, "extract", "--max-flows", "1", "-o", "-", capture); code != exitFine || !strings.Contains(errs, "flows were evicted") {
		t.Errorf("one flow at a time: exit code %d, %s", code, errs)
	}
	if out := must(t, "extract", "--diff", "cic2018,clean", capture); !strings.Contains(out, "C1 ") || !strings.Contains(out, "Tot Fwd Pkts") {
		t.Errorf("diff:\n%s", out)
	}
	for _, wrong := range [][]string{
		{"--columns", "some"}, {"--order", "any"}, {"--order", "original"}, {"--reader", "slow"}, {"--disorder", "mend"},
		{"--max-flows", "-1"}, {"--flow-timeout", "120s,3s"}, {"--format", "parquet", "--columns", "all"}, {"--inner", "--dialect", "cic2018"}, {"--diff", "clean"},
	} {
		if code, _, _ := flowbook(t, append(append([]string{"extract", "-o", "-"}, wrong...), capture)...); code != exitUsage {
			t.Errorf("%v: exit code %d", wrong, code)
		}
	}
}

// TestExtractKilled kills the program at random moments: what stands at the
// output is always the old table or the new one. FLOWBOOK_KILLS says how often.
func TestExtractKilled(t *testing.T) {
	kills := 10
	if s := os.Getenv("FLOWBOOK_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	program, out := filepath.Join(dir, "flowbook"), filepath.Join(dir, "flows.csv")
	build := exec.Command("go", "build", "-o", program, ".")
	if b, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	extract := func(timeout string) *exec.Cmd {
		return exec.Command(program, "extract", "--quiet", "--flow-timeout", timeout, "-o", out, oneCapture(t))
	}
	whole := map[string]bool{}
	var took time.Duration
	for _, timeout := range []string{"3s", "120s"} {
		begin := time.Now()
		if err := extract(timeout).Run(); err != nil {
			t.Fatal(err)
		}
		took = time.Since(begin)
		whole[read(t, out)] = true
	}
	for i := range kills {
		cmd := extract([]string{"3s", "120s"}[i%2])
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i*37%100) * took / 90)
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
		if !whole[read(t, out)] {
			t.Fatalf("kill %d left a torn table", i)
		}
	}
}
