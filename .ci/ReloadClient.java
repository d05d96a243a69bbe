import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * A WebSocket client that connects again whenever its connection ends: {@code java ReloadClient.java ws://host:port/path}.
 * Twice a second it prints how often it connected and the messages about books of each connection, as
 * {@code connections=2 messages=340,12}.
 */
public final class ReloadClient {
    private static final String SUBSCRIBE = "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"top_of_book\"]}}";
    private static final long PAUSE_MS = 500;

    /** One connection, from its opening to its end. */
    private static final class Connection implements WebSocket.Listener {
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private final StringBuilder text = new StringBuilder();
        private volatile long messages;

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                if (text.indexOf("\"type\":\"top_of_book\"") >= 0) {
                    messages++;
                }
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            end.complete(null);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            end.complete(null);
        }
    }

    private ReloadClient() {}

    public static void main(String[] args) throws InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        List<Connection> connections = new ArrayList<>();
        while (true) {
            Connection connection = new Connection();
            try {
                WebSocket socket = client.newWebSocketBuilder().buildAsync(URI.create(args[0]), connection)
                        .orTimeout(30, TimeUnit.SECONDS).join();
                connections.add(connection);
                socket.sendText(SUBSCRIBE, true).join();
                while (!connection.end.isDone()) {
                    Thread.sleep(PAUSE_MS);
                    print(connections);
                }
                socket.abort();
            } catch (CompletionException e) {
                System.err.println("not connected: " + e.getCause());
                Thread.sleep(PAUSE_MS);
            }
        }
    }

    private static void print(List<Connection> connections) {
        StringBuilder messages = new StringBuilder();
        connections.forEach(each -> messages.append(messages.length() == 0 ? "" : ",").append(each.messages));
        System.out.println("connections=" + connections.size() + " messages=" + messages);
    }
}
