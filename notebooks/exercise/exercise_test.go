package exercise

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func ExampleCheck() {
	Check("packets in the first flow", 0, 12)
	Check("packets in the first flow", 11, 12, "the SYN counts too")
	Check("packets in the first flow", 12, 12)
	Check("flows of an empty capture", 0, 0)
	Check("protocol", "udp", "tcp")
	// Output:
	// ○ packets in the first flow: not answered yet
	// ✗ packets in the first flow: 11 is not right
	//   hint: the SYN counts too
	// ✓ packets in the first flow: 12 is right
	// ✓ flows of an empty capture: 0 is right
	// ✗ protocol: udp is not right
}

func ExampleNear() {
	Near("mean gap in ms", 0, 2.5, 0.1)
	Near("mean gap in ms", 2.46, 2.5, 0.1)
	Near("mean gap in ms", 3, 2.5, 0.1, "packets make one gap less than packets")
	Near("skew", 0, 0.01, 0.1)
	// Output:
	// ○ mean gap in ms: not answered yet
	// ✓ mean gap in ms: 2.46 is right
	// ✗ mean gap in ms: 3 is not right
	//   hint: packets make one gap less than packets
	// ✓ skew: 0 is right
}

func ExamplePredict() {
	guess := Predict("windows", 100)
	guess.Compare(125)
	guess.Compare(400)
	guess.Compare(100)
	guess.Compare(0)
	// Output:
	// windows: predicted 100, it is 125, off by 25 %
	// windows: predicted 100, it is 400, off by a factor of 4
	// windows: predicted 100, it is 100, exactly
	// windows: predicted 100, it is 0, off by 100
}

func TestMeasured(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                "[measured 0 ns]",
		17 * time.Nanosecond:             "[measured 17 ns]",
		12345 * time.Nanosecond:          "[measured 12.3 µs]",
		4567 * time.Microsecond:          "[measured 4.57 ms]",
		90 * time.Second:                 "[measured 90 s]",
		1234567 * time.Microsecond:       "[measured 1.23 s]",
		time.Hour + 3*time.Second:        "[measured 3.6e+03 s]",
		999*time.Millisecond + 999999999: "[measured 2 s]",
	} {
		if got := Measured(d); got != want {
			t.Errorf("Measured(%d) = %q, want %q", d, got, want)
		}
	}
}

func TestMarkRefusesWhatWouldBreakIt(t *testing.T) {
	for _, text := range []string{"1]2", "1\n2"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Mark(%q) did not panic", text)
				}
			}()
			Mark(text)
		}()
	}
}

func TestWork(t *testing.T) {
	base := filepath.Join(t.TempDir(), "new", "work")
	t.Setenv("FLOWBOOK_WORK", base)
	if got, want := Work("runs/cnn"), filepath.Join(base, "runs", "cnn"); got != want {
		t.Errorf("Work = %s, want %s", got, want)
	}
	if _, err := os.Stat(filepath.Join(base, "runs")); err != nil {
		t.Errorf("the directory above the stage was not made: %v", err)
	}
	if _, err := os.Stat(Work("runs/cnn")); !os.IsNotExist(err) {
		t.Errorf("the stage itself was made: %v", err)
	}
	for _, name := range []string{"", "../x", filepath.Join(base, "x")} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Work(%q) did not panic", name)
				}
			}()
			Work(name)
		}()
	}
}

func TestWorkInTheCheckout(t *testing.T) {
	root := t.TempDir()
	t.Setenv("FLOWBOOK_WORK", "")
	t.Setenv("FLOWBOOK_ROOT", root)
	if got, want := Work("set"), filepath.Join(root, ".work", "set"); got != want {
		t.Errorf("Work = %s, want %s", got, want)
	}
}

func TestRoot(t *testing.T) {
	t.Setenv("FLOWBOOK_ROOT", "")
	b, err := os.ReadFile(filepath.Join(Root(), "go.mod"))
	if err != nil || !strings.HasPrefix(string(b), "module flowbook\n") {
		t.Errorf("Root() = %s, whose go.mod is %.20q (%v)", Root(), b, err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "go.mod"), []byte("module flowbook/tools\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if root, ok := findRoot(other); ok {
		t.Errorf("a folder of another module counts as the checkout: %s", root)
	}
}

func TestProgressDrawsAndCleansUp(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, "epochs", 3)
	p.Step(1, "loss 1.5")
	p.Done()
	if out := b.String(); !strings.Contains(out, "epochs") || strings.Contains(out, "\n") {
		t.Errorf("a bar of one line that names its task was expected, got %q", out)
	}
}

func TestProgressIsSilentHeadless(t *testing.T) {
	for _, name := range []string{"CI", "FLOWBOOK_HEADLESS"} {
		t.Setenv("CI", "")
		t.Setenv("FLOWBOOK_HEADLESS", "")
		t.Setenv(name, "true")
		if watched() {
			t.Errorf("with %s=true somebody is thought to watch", name)
		}
	}
	t.Setenv("CI", "")
	t.Setenv("FLOWBOOK_HEADLESS", "")
	if !watched() {
		t.Error("without CI and FLOWBOOK_HEADLESS nobody is thought to watch")
	}
}
