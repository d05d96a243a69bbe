package io.bookserver.load;

/** Handles a text frame: the bytes {@code from} to {@code to}, read at that {@link System#nanoTime}. */
interface FrameReader {
    void read(LoadClient client, byte[] in, int from, int to, long nowNanos);
}
