package io.bookserver.chaos.world;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Questions to a server by REST.
 *
 * <p><i>Thread-safe.</i>
 */
public final class Http {
    public static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3))
            .version(HttpClient.Version.HTTP_1_1).build();

    private Http() {
    }

    /** Of status 0 where there was none. */
    public record Answer(int status, JsonNode body) {}

    public static Answer get(URI uri) throws InterruptedException {
        return send(HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build());
    }

    public static Answer post(URI uri, String body) throws InterruptedException {
        return send(HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    private static Answer send(HttpRequest request) throws InterruptedException {
        try {
            HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(answer.statusCode(), JSON.readTree(answer.body()));
        } catch (IOException e) {
            return new Answer(0, JSON.missingNode());
        }
    }

    /** Whether its readiness is UP. */
    public static boolean isReady(URI url) throws InterruptedException {
        return get(url.resolve("/q/health/ready")).status() == 200;
    }

    /** Whether its liveness is UP. */
    public static boolean isLive(URI url) throws InterruptedException {
        return get(url.resolve("/q/health/live")).status() == 200;
    }

    /** The body as it is, or why there is none. */
    public static String text(URI uri) throws InterruptedException {
        try {
            return CLIENT.send(HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
