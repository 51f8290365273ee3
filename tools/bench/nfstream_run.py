"""nfstream_run.py PCAP OUT.csv: nfstream's flow statistics, without dissection, one meter."""
import sys

from nfstream import NFStreamer

if __name__ == "__main__":
    NFStreamer(source=sys.argv[1], n_meters=1, n_dissections=0, statistical_analysis=True).to_csv(path=sys.argv[2])
