package app

import (
	"context"
	"fmt"
)

// own are the classes that Add added.
var own []Class

// Add adds an application of the reader's own: a file in this folder calls it
// from its init, and flowbook record --app knows it. run works until its
// context ends; it draws from l.Draw. It panics when the pair is there already.
func Add(kind, name string, run func(context.Context, *Lab) error) {
	if _, ok := Find(kind, name); ok {
		panic(fmt.Sprintf("app: %s/%s is there already", kind, name))
	}
	own = append(own, Class{Type: kind, App: name, Ways: []string{"own"}, run: run})
}

// Classes lists the pairs of the course set, and those of Add after them.
func Classes() []Class { return append(CourseClasses(), own...) }

// CourseClasses lists every pair of the paper's Table 9 and its neighbours that ISCX
// has (spotify) or names (web browsing), in the paper's names, lower case.
func CourseClasses() []Class {
	return []Class{
		{"chat", "aim", true, 0, []string{"stream", "poll"}, aimChat},
		{"chat", "facebook", true, 0, []string{"longpoll", "stream"}, facebookChat},
		{"chat", "hangouts", true, 0, []string{"push", "longpoll"}, hangoutsChat},
		{"chat", "icq", true, 0, []string{"stream", "longpoll"}, icqChat},
		{"chat", "skype", true, 0, []string{"stream", "poll"}, skypeChat},
		{"email", "mail", true, 0, []string{"imap-idle", "imap-poll", "imap-idle", "imap-poll", "imap-idle", "pop3s"}, mail},
		{"file transfer", "ftps", false, 0, []string{"explicit", "implicit"}, ftpsBoth},
		{"file transfer", "ftps_down", false, 0, []string{"explicit", "implicit"}, ftpsDown},
		{"file transfer", "sftp", false, 0, []string{"sftp", "scp"}, sftpBoth},
		{"file transfer", "sftp_down", false, 0, []string{"one-by-one", "ahead"}, sftpDown},
		{"file transfer", "sftp_up", false, 0, []string{"one-by-one", "ahead"}, sftpUp},
		{"file transfer", "skype", false, 0, []string{"quic", "tls"}, skypeFile},
		{"p2p", "bittorrent", false, 4, []string{"plain", "encrypted"}, bittorrent},
		{"streaming", "netflix", false, 0, []string{"h1", "h2"}, netflix},
		{"streaming", "spotify", false, 0, []string{"h2", "h3"}, spotify},
		{"streaming", "vimeo", false, 0, []string{"h2", "h1"}, vimeo},
		{"streaming", "youtube", false, 0, []string{"h3", "h2"}, youtube},
		{"video", "facebook", false, 0, []string{"webrtc", "srtp"}, facebookVideo},
		{"video", "hangouts", false, 0, []string{"webrtc", "srtp"}, hangoutsVideo},
		{"video", "skype", false, 0, []string{"srtp", "webrtc"}, skypeVideo},
		{"voip", "facebook", false, 0, []string{"webrtc", "srtp"}, facebookVoice},
		{"voip", "hangouts", false, 0, []string{"srtp", "webrtc"}, hangoutsVoice},
		{"voip", "skype", false, 0, []string{"srtp", "quic"}, skypeVoice},
		{"voip", "voipbuster", false, 0, []string{"sip-g711", "sip-g729"}, voipbusterVoice},
		{"web browsing", "chrome", true, 4, []string{"h2", "h3"}, chrome},
		{"web browsing", "firefox", true, 4, []string{"h2", "h1"}, firefox},
	}
}
