package io.bookserver.stream;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A WebSocket client on a bare socket (RFC 6455), so that a test can stall, break the connection and violate the rules.
 * It reads only when told to.
 *
 * <p><i>Not thread-safe; confined to one thread.</i>
 */
final class WireSocket implements AutoCloseable {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final Map<String, String> HANDSHAKE = Map.of(
            "Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Version", "13",
            "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    private static final int FINAL = 0x80;
    private static final int RSV1 = 0x40;
    private static final int MASKED = 0x80;
    private static final int REBUILDING = 503;
    private static final Duration REBUILT_WITHIN = Duration.ofSeconds(20);
    private static final int SWITCHING_PROTOCOLS = 101;

    /** One received frame. */
    record Frame(int opcode, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        /** The code of a close frame; 1005 if it has none. */
        int closeCode() {
            return payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xffff;
        }
    }

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final String head;
    private final int status;
    private final ByteArrayOutputStream fragments = new ByteArrayOutputStream();
    private boolean inFragments;
    private boolean compressed;
    private int fragmentsRead;

    private WireSocket(URI uri, Map<String, String> headers, int receiveBufferBytes) throws IOException {
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
        timeout(Duration.ofSeconds(20));
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        socket.getOutputStream().write(request(uri, headers));
        head = readHead();
        status = Integer.parseInt(head.split(" ", 3)[1]);
    }

    private static byte[] request(URI uri, Map<String, String> headers) {
        var request = new StringBuilder("GET " + target(uri) + " HTTP/1.1\r\nHost: " + uri.getAuthority() + "\r\n");
        Map<String, String> all = new LinkedHashMap<>(HANDSHAKE);
        all.putAll(headers);
        all.values().removeIf(Objects::isNull);
        all.forEach((name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
        return request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String target(URI uri) {
        return uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + "?" + uri.getRawQuery();
    }

    /** Requests the upgrade and closes the connection with a RST, whatever the server answers. */
    static void resetAfterTheRequest(URI uri) throws IOException {
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoLinger(true, 0);
            socket.getOutputStream().write(request(uri, Map.of()));
        }
    }

    /** Requests the upgrade, with these headers added, replaced or, if null, left out; {@link #status()} is 101 if it was granted. */
    static WireSocket ask(URI uri, Map<String, String> headers, int receiveBufferBytes) throws IOException {
        return new WireSocket(uri, headers, receiveBufferBytes);
    }

    /** Requests the upgrade until the books are complete; fails if it is rejected for good. */
    static WireSocket open(URI uri) throws IOException {
        long endNanos = System.nanoTime() + REBUILT_WITHIN.toNanos();
        WireSocket wire = ask(uri, Map.of(), 0);
        while (wire.status() == REBUILDING && System.nanoTime() < endNanos) {
            wire.close();
            wire = ask(uri, Map.of(), 0);
        }
        if (wire.status() != SWITCHING_PROTOCOLS) {
            wire.close();
            throw new IOException("the upgrade was refused: status=" + wire.status());
        }
        return wire;
    }

    int status() {
        return status;
    }

    /** The client's own port, by which the server identifies it. */
    int localPort() {
        return socket.getLocalPort();
    }

    /** The value of a header of the answer; empty if absent. */
    String header(String name) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
                return line.substring(name.length() + 1).trim();
            }
        }
        return "";
    }

    /** The body of a rejection. */
    String body() throws IOException {
        return new String(in.readNBytes(Integer.parseInt(header("content-length"))), StandardCharsets.UTF_8);
    }

    void timeout(Duration deadline) throws IOException {
        socket.setSoTimeout((int) deadline.toMillis());
    }

    void sendText(String text) throws IOException {
        send(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends one frame in one write, masked with zeros, since clients must mask. */
    void send(int opcode, byte[] payload) throws IOException {
        sendRaw(FINAL | opcode, payload);
    }

    /** Sends one frame with that first byte, whatever its meaning. */
    void sendRaw(int head, byte[] payload) throws IOException {
        var out = new ByteArrayOutputStream(payload.length + 14);
        out.write(head);
        if (payload.length < 126) {
            out.write(MASKED | payload.length);
        } else if (payload.length < 1 << 16) {
            out.write(MASKED | 126);
            out.write(payload.length >> 8);
            out.write(payload.length);
        } else {
            out.write(MASKED | 127);
            out.write(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        out.write(new byte[4]);
        out.write(payload);
        socket.getOutputStream().write(out.toByteArray());
    }

    /** Announces a text frame of that many bytes and sends none of them. */
    void announce(long payloadBytes) throws IOException {
        socket.getOutputStream().write(
                ByteBuffer.allocate(10).put((byte) (FINAL | TEXT)).put((byte) (MASKED | 127)).putLong(payloadBytes).array());
    }

    /**
     * The next frame, or the next message if it is fragmented; control frames may come in between.
     *
     * @throws EOFException if the server closed the socket
     */
    Frame read() throws IOException {
        while (true) {
            int head = in.readUnsignedByte();
            byte[] payload = payload();
            int opcode = head & 0x0f;
            if (opcode >= CLOSE) {
                return new Frame(opcode, payload);
            }
            if ((opcode == CONTINUATION) != inFragments) {
                throw new IOException("fragments out of order: head=" + head);
            }
            fragments.write(payload);
            fragmentsRead++;
            compressed = inFragments ? compressed : (head & RSV1) != 0;
            inFragments = (head & FINAL) == 0;
            if (!inFragments) {
                byte[] whole = compressed ? Deflate.inflated(fragments.toByteArray()) : fragments.toByteArray();
                fragments.reset();
                return new Frame(TEXT, whole);
            }
        }
    }

    /** The next message; pings before it are skipped. */
    String readText() throws IOException {
        Frame frame = read();
        while (frame.opcode() == PING) {
            frame = read();
        }
        if (frame.opcode() != TEXT) {
            throw new IOException("no message: opcode=" + frame.opcode());
        }
        return frame.text();
    }

    /** Whether the last message was compressed. */
    boolean isCompressed() {
        return compressed;
    }

    /** The number of data frames so far, including fragments. */
    int fragmentsRead() {
        return fragmentsRead;
    }

    private byte[] payload() throws IOException {
        long length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] payload = new byte[Math.toIntExact(length)];
        in.readFully(payload);
        return payload;
    }

    /** Closes the connection with a FIN. */
    void cut() throws IOException {
        socket.close();
    }

    /** Closes the connection with a RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String readHead() throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }
}
