package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.feed.FeedClock;
import io.bookserver.feed.exchange.RestReader.MarketPage;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests to a server that answers as the test says: each of them has one answer, whatever comes. */
@Timeout(60)
class ExchangeRestTest {
    private static final String PAGE = "{\"markets\":[{\"ticker\":\"A\",\"status\":\"active\"}],\"cursor\":\"\"}";

    private final Vertx vertx = Vertx.vertx();
    private volatile Consumer<HttpServerRequest> script = request -> request.response().end(PAGE);
    private final HttpServer server = vertx.createHttpServer().requestHandler(request -> script.accept(request))
            .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    private final ExchangeRest rest = new ExchangeRest(vertx, URI.create("http://127.0.0.1:" + server.actualPort() + "/v2/"),
            Optional.empty(), new ExchangeTime(FeedClock.SYSTEM), Runnable::run);

    @AfterEach
    void stop() {
        rest.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Rest.Answer<MarketPage> ask(Consumer<HttpServerRequest> newScript) throws InterruptedException {
        script = newScript;
        BlockingQueue<Rest.Answer<MarketPage>> answers = new LinkedBlockingQueue<>();
        rest.markets("limit=1000&status=open", answers::add);
        Rest.Answer<MarketPage> answer = answers.poll(20, TimeUnit.SECONDS);
        assertThat(answer).isNotNull();
        assertThat(answers.poll(100, TimeUnit.MILLISECONDS)).isNull();
        return answer;
    }

    @Test
    void page_isAskedForByItsPathAndQuery_thoughTheUrlEndsWithASlash() throws InterruptedException {
        BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        Rest.Answer<MarketPage> answer = ask(request -> {
            asked.add(request.uri());
            request.response().end(PAGE);
        });
        assertThat(asked).containsExactly("/v2/markets?limit=1000&status=open");
        assertThat(answer.body().orElseThrow().markets()).extracting(ListedMarket::ticker).containsExactly("A");
    }

    @Test
    void refusals_haveTheirStatusAndTimeToWait() throws InterruptedException {
        for (int status : new int[] {302, 401, 429, 500, 503}) {
            Rest.Answer<MarketPage> answer = ask(request -> request.response().setStatusCode(status)
                    .putHeader("Retry-After", "7").putHeader("Location", "/elsewhere").end());
            assertThat(answer).isEqualTo(new Rest.Answer<>(status, Optional.empty(), "HTTP " + status, 7_000));
        }
    }

    @Test
    void bodyThatIsCut_orNoJson_orNotWhatItsEncodingSays_isAProblem() throws InterruptedException {
        assertThat(ask(request -> {
            request.response().putHeader("Content-Length", "100").write("{\"markets\":[");
            request.connection().close();
        }).body()).isEmpty();
        assertThat(ask(request -> request.connection().close()).body()).isEmpty();
        assertThat(ask(request -> request.response().end("<html>")).body()).isEmpty();
        assertThat(ask(request -> request.response().end()).body()).isEmpty();
        assertThat(ask(request -> request.response().putHeader("Content-Encoding", "gzip").end(PAGE)).body()).isEmpty();
        assertThat(ask(request -> request.response().end(PAGE)).body()).isPresent();
    }

    @Test
    void bodyWithoutAnEnd_isGivenUp() throws InterruptedException {
        Buffer part = Buffer.buffer(new byte[1 << 20]);
        Rest.Answer<MarketPage> answer = ask(request -> {
            request.response().setChunked(true);
            for (int i = 0; i < 80; i++) {
                request.response().write(part);
            }
        });
        assertThat(answer.body()).isEmpty();
        assertThat(answer.problem()).contains("more than 67108864 bytes");
    }
}
