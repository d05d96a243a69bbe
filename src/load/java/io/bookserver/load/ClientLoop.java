package io.bookserver.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A thread that reads many clients.
 *
 * <p><i>Thread-safe: everything happens on its own thread; others query it by {@link #ask}.</i>
 */
final class ClientLoop implements AutoCloseable {
    private static final int COMPRESSED = 0x40;
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
    private static final int BUFFER_BYTES = 1 << 20;

    private final FrameReader reader;
    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<LoadClient> clients = new ArrayList<>();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final Inflater inflater = new Inflater(true);
    private byte[] inflated = new byte[1 << 16];
    private long messages;
    private long frameBytes;
    private volatile boolean ended;
    private int closedByServer;

    ClientLoop(FrameReader reader, int number) throws IOException {
        this.reader = reader;
        this.selector = Selector.open();
        thread = new Thread(this::run, "load-clients-" + number);
        thread.setDaemon(true);
        thread.start();
    }

    void add(LoadClient client) {
        ask(() -> {
            try {
                client.channel.configureBlocking(false);
                client.channel.register(selector, SelectionKey.OP_READ, client);
                return clients.add(client);
            } catch (IOException e) {
                throw new IllegalStateException("client not added", e);
            }
        });
    }

    List<LoadClient> clients() {
        return clients;
    }

    /** The number of text frames received. */
    long messages() {
        return messages;
    }

    long frameBytes() {
        return frameBytes;
    }

    int closedByServer() {
        return closedByServer;
    }

    /** Runs a query on the loop's own thread. */
    <T> T ask(Supplier<T> question) {
        var answer = new CompletableFuture<T>();
        tasks.add(() -> {
            try {
                answer.complete(question.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        selector.wakeup();
        return answer.join();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        ended = true;
        selector.wakeup();
        thread.join();
        for (LoadClient client : clients) {
            client.close();
        }
        selector.close();
    }

    private void run() {
        while (!ended) {
            try {
                selector.select(this::readable);
            } catch (IOException e) {
                throw new IllegalStateException("clients cannot be read", e);
            }
            Runnable task;
            while ((task = tasks.poll()) != null) {
                task.run();
            }
        }
    }

    private void readable(SelectionKey key) {
        LoadClient client = (LoadClient) key.attachment();
        int kept = client.rest.length;
        System.arraycopy(client.rest, 0, buffer, 0, kept);
        int count;
        try {
            count = client.channel.read(ByteBuffer.wrap(buffer, kept, buffer.length - kept));
            if (count > 0) {
                frames(client, kept + count, System.nanoTime());
            }
        } catch (IOException e) {
            count = -1;
        }
        if (count < 0) {
            closedByServer++;
            client.closed = true;
            key.cancel();
        }
    }

    private void frames(LoadClient client, int to, long nowNanos) throws IOException {
        int at = 0;
        while (to - at >= 2) {
            int length = buffer[at + 1] & 0x7f;
            int body = at + 2;
            if (length == 126) {
                body = at + 4;
                length = to < body ? Integer.MAX_VALUE : (buffer[at + 2] & 0xff) << 8 | buffer[at + 3] & 0xff;
            } else if (length == 127) {
                body = at + 10;
                length = to < body ? Integer.MAX_VALUE : ByteBuffer.wrap(buffer, at + 6, 4).getInt();
            }
            if (length > to - body) {
                break;
            }
            if ((buffer[at] & 0x0f) == 1) {
                messages++;
                frameBytes += body + length - at;
            }
            frame(client, buffer[at], body, body + length, nowNanos);
            at = body + length;
        }
        client.rest = at == to ? client.rest.length == 0 ? client.rest : new byte[0] : Arrays.copyOfRange(buffer, at, to);
    }

    private void frame(LoadClient client, int head, int from, int to, long nowNanos) throws IOException {
        switch (head & 0x0f) {
            case 1 -> {
                if ((head & COMPRESSED) != 0) {
                    reader.read(client, inflated, 0, inflate(from, to), nowNanos);
                } else {
                    reader.read(client, buffer, from, to, nowNanos);
                }
            }
            case 9 -> client.pong(buffer, from, to);
            case 8 -> throw new ClosedChannelException();
            default -> { }
        }
    }

    private int inflate(int from, int to) throws IOException {
        inflater.reset();
        inflater.setInput(buffer, from, to - from);
        try {
            int length = inflateInput(0);
            inflater.setInput(TAIL);
            return inflateInput(length);
        } catch (DataFormatException e) {
            throw new IOException("not compressed as it says", e);
        }
    }

    private int inflateInput(int from) throws DataFormatException {
        int at = from;
        while (true) {
            at += inflater.inflate(inflated, at, inflated.length - at);
            if (at < inflated.length) {
                return at;
            }
            inflated = Arrays.copyOf(inflated, 2 * at);
        }
    }
}
