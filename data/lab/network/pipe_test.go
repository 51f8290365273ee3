package network

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// arrival is what came out of a pipe, and when.
type arrival struct {
	number int
	after  time.Duration
}

// through sends n packets of size bytes, gap apart, through a shape in virtual
// time, and returns what arrived.
func through(t *testing.T, s Shape, n, size int, gap time.Duration) (got []arrival) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		p := newPipe(s, rand.New(rand.NewPCG(1, 2)), func(ip []byte) {
			got = append(got, arrival{int(ip[0])<<8 | int(ip[1]), time.Since(begin)})
		})
		for i := range n {
			b := make([]byte, size)
			b[0], b[1] = byte(i>>8), byte(i)
			p.send(b)
			time.Sleep(gap)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		p.close()
	})
	return got
}

func TestDelay(t *testing.T) {
	got := through(t, Shape{Delay: 30 * time.Millisecond}, 3, 100, time.Second)
	for i, a := range got {
		if want := time.Duration(i)*time.Second + 30*time.Millisecond; a.after != want {
			t.Errorf("packet %d after %v, expected %v", i, a.after, want)
		}
	}
	if len(got) != 3 {
		t.Errorf("%d of 3 packets arrived", len(got))
	}
}

func TestRate(t *testing.T) {
	// 962 + 38 bytes at 1 Mbit/s take 8 ms each
	got := through(t, Shape{Rate: 1e6}, 10, 962, 0)
	for i, a := range got {
		if want := time.Duration(i+1) * 8 * time.Millisecond; a.after != want {
			t.Errorf("packet %d after %v, expected %v", i, a.after, want)
		}
	}
	if len(got) != 10 {
		t.Errorf("%d of 10 packets arrived", len(got))
	}
}

func TestTailDrop(t *testing.T) {
	// a packet is refused while more than 5000 bytes wait, which the seventh of
	// a burst is the first to find
	got := through(t, Shape{Rate: 1e6, Queue: 5000}, 20, 962, 0)
	if len(got) != 6 || got[5].number != 5 {
		t.Errorf("arrived: %v, expected the first 6", got)
	}
}

func TestLoss(t *testing.T) {
	const n = 4000
	got := through(t, Shape{Loss: 0.1}, n, 100, time.Millisecond)
	if lost := n - len(got); lost < 340 || lost > 460 { // 400 ± 3 standard deviations
		t.Errorf("%d of %d packets lost at 10 %%", lost, n)
	}
}

func TestJitterKeepsOrderAndSpacing(t *testing.T) {
	s := Shape{Rate: 1e6, Delay: 10 * time.Millisecond, Jitter: 20 * time.Millisecond}
	got := through(t, s, 300, 962, 9*time.Millisecond)
	if len(got) != 300 {
		t.Fatalf("%d of 300 packets arrived", len(got))
	}
	varied := false
	for i := 1; i < len(got); i++ {
		gap := got[i].after - got[i-1].after
		if got[i].number != i || gap < 8*time.Millisecond {
			t.Fatalf("packet %d follows %d after %v", got[i].number, got[i-1].number, gap)
		}
		varied = varied || gap > 12*time.Millisecond
	}
	if !varied {
		t.Error("the delay does not vary")
	}
}

func TestCrossTrafficTakesItsShare(t *testing.T) {
	// alone a packet takes 8 ms; with half of the line taken by bursts of
	// 24 kB (192 ms) it waits on average much longer, and sometimes not at all
	s := Shape{Rate: 1e6, Cross: 0.5, Queue: 1 << 20}
	got := through(t, s, 500, 962, 100*time.Millisecond)
	if len(got) != 500 {
		t.Fatalf("%d of 500 packets arrived", len(got))
	}
	var sum time.Duration
	free := 0
	for i, a := range got {
		wait := a.after - time.Duration(i)*100*time.Millisecond
		sum += wait
		if wait == 8*time.Millisecond {
			free++
		}
	}
	if mean := sum / 500; mean < 50*time.Millisecond || mean > time.Second {
		t.Errorf("mean delay %v", mean)
	}
	if free < 50 || free > 450 {
		t.Errorf("%d of 500 packets found a free line", free)
	}
}
