package io.bookserver.load;

import org.HdrHistogram.Histogram;

/**
 * Reads the frames of {@link BareFanOut} that were due within a period, and counts those that arrived within it.
 *
 * <p><i>Not thread-safe; confined to one client loop.</i>
 */
final class BareReader implements FrameReader {
    final Histogram latencyNanos = new Histogram(1_000, 120_000_000_000L, 3);
    long delivered;
    long arrived;
    long bytes;

    private volatile long fromNanos = Long.MAX_VALUE;
    private volatile long toNanos = Long.MAX_VALUE;

    void measure(long from, long to) {
        toNanos = to;
        fromNanos = from;
    }

    @Override
    public void read(LoadClient client, byte[] in, int from, int to, long nowNanos) {
        long dueNanos = FrameScan.number(in, from + BareFanOut.DUE.length(), to, 0);
        client.opened = 1;
        if (nowNanos >= fromNanos && nowNanos < toNanos) {
            arrived++;
        }
        if (dueNanos >= fromNanos && dueNanos < toNanos) {
            delivered++;
            bytes += to - from;
            latencyNanos.recordValue(Math.max(0, nowNanos - dueNanos));
        }
    }
}
