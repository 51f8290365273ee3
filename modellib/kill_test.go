package modellib

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flowbook/modellib/run"
)

// childEnv makes this test binary train or resume in a directory and end.
const childEnv = "FLOWBOOK_TEST_CHILD"

func TestMain(m *testing.M) {
	for name, f := range map[string]func(dir string) error{childEnv: child, fullDiskEnv: fullDisk} {
		dir := os.Getenv(name)
		if dir == "" {
			continue
		}
		if err := f(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child trains where nothing has been begun, and resumes otherwise; it stores
// a checkpoint after every step.
func child(dir string) error {
	SaveEvery = 0
	if begun, err := Unfinished(dir); begun || err != nil {
		_, err := Resume(context.Background(), dir, planted(2), Watch{})
		return err
	}
	_, err := Train(planted(2), killed(), dir, nil)
	return err
}

// killed is a recipe that uses all the state there is: dropout, batch
// normalisation, the weights of the best epoch, a schedule that looks back.
func killed() Recipe {
	r := quick("gru")
	r.Epochs, r.LearningRate, r.Patience, r.Batch = 20, 0.1, 12, 8
	r.Schedule, r.Warmup, r.ClipNorm, r.ClassWeights = "plateau:1:0.5", 2, 1, ClassWeightsSqrt
	r.Hyper = map[string]any{"dropout": 0.3, "units": 8}
	return r
}

// start runs the child on a directory.
func start(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// content is the hash of all that a run holds but its times.
func content(t *testing.T, dir string) string {
	t.Helper()
	r, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.WeightsFile(); err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	for _, f := range r.Manifest.Files {
		fmt.Fprintln(h, f.Kind, f.Model, f.Task, f.SHA256)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// kills is how often TestKilled kills; make test-long asks for more.
var kills = 10

// TestKilled kills trainings with SIGKILL at random moments, again and again,
// until they end: what is on disk is always the old run or the new one, and
// the new one is the same, bit for bit, as that of a training that was never
// stopped.
func TestKilled(t *testing.T) {
	base := t.TempDir()
	reference, old := filepath.Join(base, "reference"), filepath.Join(base, "old")
	began := time.Now()
	if err := start(t, reference).Wait(); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(began)
	want := content(t, reference)
	other := quick("gru")
	other.Epochs = 1
	if _, err := Train(planted(2), other, old, nil); err != nil {
		t.Fatal(err)
	}
	was := content(t, old)
	seed := time.Now().UnixNano()
	r := rand.New(rand.NewPCG(uint64(seed), 0))
	t.Logf("seed %d, a training takes %v", seed, whole)
	stopped := 0
	for n := 0; stopped < kills; n++ {
		dir := filepath.Join(base, fmt.Sprint("run", n))
		fresh := r.IntN(2) == 0
		if !fresh {
			if err := os.CopyFS(dir, os.DirFS(old)); err != nil {
				t.Fatal(err)
			}
		}
		for finished := false; !finished; {
			cmd := start(t, dir)
			// Not before it can have begun: the start of a process says nothing.
			timer := time.AfterFunc(whole/10+time.Duration(r.Int64N(int64(whole))), func() { _ = cmd.Process.Kill() })
			err := cmd.Wait()
			timer.Stop()
			finished = err == nil
			if !finished {
				stopped++
				checkAfterKill(t, dir, fresh, was, want)
			}
		}
		if got := content(t, dir); got != want {
			t.Errorf("after %d kills the run is another than that of a training that was never stopped", stopped)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "checkpoint-*")); len(left) > 0 {
			t.Errorf("checkpoints are left in a finished run: %q", left)
		}
	}
	t.Logf("killed %d times", stopped)
}

// checkAfterKill wants the old run or the new one, or none where there was none.
func checkAfterKill(t *testing.T, dir string, fresh bool, was, want string) {
	t.Helper()
	if _, err := run.Open(dir); err != nil {
		if !fresh || !strings.Contains(err.Error(), "no manifest.json") && !strings.Contains(err.Error(), "no such directory") {
			t.Errorf("killed, the directory does not open: %v", err)
		}
		return
	}
	if got := content(t, dir); got != want && (fresh || got != was) {
		t.Error("killed, the directory is neither the old run nor the new one")
	}
}
