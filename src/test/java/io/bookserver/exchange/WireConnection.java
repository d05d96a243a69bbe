package io.bookserver.exchange;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * One TCP connection of the scripted exchange, implemented by hand: first HTTP requests, then a WebSocket after an
 * upgrade. A script can therefore do what no library would: fall silent, or close in the middle of a frame.
 *
 * <p><i>Not thread-safe; confined to the exchange's event loop.</i>
 */
final class WireConnection {
    /** A received GET. */
    record Request(String path, String query, MultiMap headers) {}

    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final NetSocket socket;
    private final Handler<Request> requests;
    private Buffer in = Buffer.buffer();
    private boolean upgraded;
    private boolean silent;
    private Consumer<String> texts = text -> { };
    private Runnable onClose = () -> { };

    WireConnection(NetSocket socket, BiConsumer<WireConnection, Request> requests) {
        this.socket = socket;
        this.requests = request -> requests.accept(this, request);
        socket.handler(this::receive);
        socket.closeHandler(closed -> onClose.run());
        socket.exceptionHandler(failure -> socket.close());
    }

    private void receive(Buffer more) {
        in.appendBuffer(more);
        boolean progress = true;
        while (progress) {
            progress = upgraded ? readFrame() : readRequest();
        }
    }

    private boolean readRequest() {
        String text = in.toString(StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        in = in.getBuffer(end + 4, in.length());
        String[] lines = text.substring(0, end).split("\r\n");
        String target = lines[0].split(" ")[1];
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.add(lines[i].substring(0, colon).strip(), lines[i].substring(colon + 1).strip());
        }
        int question = target.indexOf('?');
        requests.handle(new Request(question < 0 ? target : target.substring(0, question),
                question < 0 ? "" : target.substring(question + 1), headers));
        return true;
    }

    void respond(int status, String date, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        socket.write(Buffer.buffer("HTTP/1.1 " + status + " Said\r\nDate: " + date
                + "\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n").appendBytes(bytes));
    }

    void upgrade(Request request, Consumer<String> onText, Runnable closed) {
        texts = onText;
        onClose = closed;
        upgraded = true;
        socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                + accept(request.headers().get("Sec-WebSocket-Key")) + "\r\n\r\n");
    }

    private static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean readFrame() {
        if (in.length() < 2) {
            return false;
        }
        int opcode = in.getByte(0) & 15;
        int length = in.getByte(1) & 127;
        int at = 2;
        if (length == 126) {
            if (in.length() < 4) {
                return false;
            }
            length = in.getUnsignedShort(2);
            at = 4;
        } else if (length == 127) {
            if (in.length() < 10) {
                return false;
            }
            length = (int) in.getLong(2);
            at = 10;
        }
        if (in.length() < at + 4 + length) {
            return false;
        }
        byte[] mask = in.getBytes(at, at + 4);
        byte[] payload = in.getBytes(at + 4, at + 4 + length);
        for (int i = 0; i < length; i++) {
            payload[i] ^= mask[i & 3];
        }
        in = in.getBuffer(at + 4 + length, in.length());
        handle(opcode, payload);
        return true;
    }

    private void handle(int opcode, byte[] payload) {
        if (silent) {
            return;
        }
        switch (opcode) {
            case TEXT -> texts.accept(new String(payload, StandardCharsets.UTF_8));
            case PING -> write(PONG, payload, payload.length);
            case CLOSE -> {
                write(CLOSE, payload, payload.length);
                socket.close();
            }
            default -> { }
        }
    }

    void send(String text) {
        if (!silent) {
            byte[] payload = text.getBytes(StandardCharsets.UTF_8);
            write(TEXT, payload, payload.length);
        }
    }

    private void write(int opcode, byte[] payload, int announced) {
        Buffer frame = Buffer.buffer(payload.length + 10).appendByte((byte) (128 | opcode));
        if (announced < 126) {
            frame.appendByte((byte) announced);
        } else if (announced < 65_536) {
            frame.appendByte((byte) 126).appendUnsignedShort(announced);
        } else {
            frame.appendByte((byte) 127).appendLong(announced);
        }
        socket.write(frame.appendBytes(payload));
    }

    /** Sends and answers nothing more, but keeps the connection open. */
    void fallSilent() {
        silent = true;
    }

    /** Closes in the middle of a frame with that text. */
    void cut(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        byte[] half = Arrays.copyOf(payload, payload.length / 2);
        write(TEXT, half, payload.length);
        socket.close();
    }

    void close() {
        socket.close();
    }

    /** Whether too many bytes wait because the other side does not read. */
    boolean isCongested() {
        return socket.writeQueueFull();
    }
}
