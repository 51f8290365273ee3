package plots

import (
	"encoding/gob"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// FiguresEnv names the folder into which Show writes when a notebook runs as
// a script.
const FiguresEnv = "FLOWBOOK_FIGURES"

// metadata travels to the kernel by gob, which must know the type.
func init() { gob.Register(map[string]any{}) }

// Show displays a figure in a notebook, sharp and at its size, and returns
// when the kernel has it. alt says in a sentence or two what the figure shows,
// for people who cannot see it; without it Show panics.
//
// Outside a notebook the figure is written to the folder $FLOWBOOK_FIGURES, as
// NN-start-of-alt.png; where that is not set Show says once on stderr that
// figures are not shown. A figure that cannot be delivered is a panic: a
// report must not lose one silently.
func Show(fig *Figure, alt string) {
	if strings.TrimSpace(alt) == "" {
		panic("plots: Show needs a text that says what the figure shows, for people who cannot see it")
	}
	if !gonbui.IsNotebook {
		keep(fig, alt)
		return
	}
	width, height := fig.pixels()
	send(&protocol.DisplayData{
		Data: map[protocol.MIMEType]any{
			protocol.MIMEImagePNG:  fig.PNG(),
			protocol.MIMETextPlain: alt,
		},
		Metadata: map[string]any{string(protocol.MIMEImagePNG): map[string]any{
			"width": width, "height": height, "alt": alt,
		}},
	})
}

// ShowTable displays a table in a notebook; a script prints it as text.
func ShowTable(t interface {
	Markdown() string
	String() string
}) {
	if !gonbui.IsNotebook {
		fmt.Println(t.String())
		return
	}
	sendMarkdown(t.Markdown())
}

// ShowMarkdown displays Markdown in a notebook; a script prints it.
func ShowMarkdown(md string) {
	if !gonbui.IsNotebook {
		fmt.Println(md)
		return
	}
	sendMarkdown(md)
}

func sendMarkdown(md string) {
	send(&protocol.DisplayData{Data: map[protocol.MIMEType]any{protocol.MIMETextMarkdown: md}})
}

// send delivers data to the kernel. Without Sync a display that is under way
// when the cell ends is lost now and then.
func send(d *protocol.DisplayData) {
	gonbui.SendData(d)
	gonbui.Sync()
	if err := gonbui.Error(); err != nil {
		panic(fmt.Sprintf("plots: the notebook did not take the display: %v", err))
	}
}

// kept counts the figures of a script.
var kept struct {
	sync.Mutex
	n    int
	said bool
}

// keep writes a figure of a script to the folder of figures.
func keep(fig *Figure, alt string) {
	kept.Lock()
	defer kept.Unlock()
	dir := os.Getenv(FiguresEnv)
	if dir == "" {
		if !kept.said {
			fmt.Fprintf(os.Stderr, "plots: figures are shown in a notebook; set %s to a folder to have them as files\n", FiguresEnv)
			kept.said = true
		}
		return
	}
	kept.n++
	if err := os.MkdirAll(dir, 0o755); err != nil {
		panic(fmt.Sprintf("plots: folder of figures: %v", err))
	}
	if err := fig.Save(filepath.Join(dir, fmt.Sprintf("%02d-%s.png", kept.n, slug(alt)))); err != nil {
		panic(fmt.Sprintf("plots: %v", err))
	}
}

// slug makes a file name of the first words of a text.
func slug(txt string) string {
	words := strings.FieldsFunc(strings.ToLower(txt), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words[:min(5, len(words))], "-")
}
