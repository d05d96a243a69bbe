import java.util.List;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.BooksApi;
import org.openapitools.client.api.MarketsApi;
import org.openapitools.client.api.ServerApi;
import org.openapitools.client.api.TheExchangesShapesApi;
import org.openapitools.client.model.ExchangeBook;
import org.openapitools.client.model.ListedMarket;
import org.openapitools.client.model.Markets;
import org.openapitools.client.model.OneBook;
import org.openapitools.client.model.Status;
import org.openapitools.client.model.Tickers;
import org.openapitools.client.model.TickersAndDepth;
import org.openapitools.client.model.TopOfBook;
import org.openapitools.client.model.TopsOfBook;

/** Asks a running server, with open markets, every question by a client that was generated from its OpenAPI document. */
class GeneratedClient {
    public static void main(String[] args) throws ApiException {
        ApiClient client = new ApiClient();
        client.updateBaseUri(args[0]);
        Markets page = new MarketsApi(client).listMarkets(Status.OPEN, null, 2, "");
        check(page.getMarkets().size() == 2 && !page.getCursor().isEmpty(), page);
        check(page.getMarkets().stream().allMatch(market -> market.getStatus() == Status.OPEN), page);
        List<String> tickers = page.getMarkets().stream().map(ListedMarket::getMarketTicker).toList();

        BooksApi books = new BooksApi(client);
        for (TopsOfBook tops : List.of(books.listTopOfBook(tickers), books.getTopOfBook(new Tickers().marketTickers(tickers)))) {
            check(tops.getBooks().stream().map(TopOfBook::getMarketTicker).toList().equals(tickers), tops);
            check(tops.getNotFound().isEmpty() && tops.getCompleteToMs() > 0 && tops.getAsOfMs() > 0, tops);
        }
        check(books.getBooks(new TickersAndDepth().marketTickers(tickers).depth(1)).getBooks().size() == 2, tickers);
        // a book may be empty for a moment
        List<String> more = new MarketsApi(client).listMarkets(Status.OPEN, null, 50, "").getMarkets().stream()
                .map(ListedMarket::getMarketTicker).toList();
        String withLevels = books.getBooks(new TickersAndDepth().marketTickers(more).depth(1)).getBooks().stream()
                .filter(some -> some.getYes().size() + some.getNo().size() > 0).findFirst().orElseThrow().getMarketTicker();
        OneBook book = books.getBook(withLevels, 0);
        check(book.getState() == OneBook.StateEnum.LIVE && book.getYes().size() + book.getNo().size() > 0, book);

        TheExchangesShapesApi exchange = new TheExchangesShapesApi(client);
        ExchangeBook same = exchange.getMarketOrderbook(tickers.get(0), -1);
        check(same.getState() == ExchangeBook.StateEnum.LIVE, same);
        check(exchange.getMarketOrderbooks(tickers, null).getOrderbooks().size() == 2, tickers);
        check(new ServerApi(client).getStatus().getRebuild().getComplete(), "status");
        check(new ServerApi(client).listClients().getClients() != null, "clients");
        try {
            books.getBook("NOPE", null);
            throw new IllegalStateException("a market that is not there was found");
        } catch (ApiException e) {
            check(e.getCode() == 404 && e.getResponseBody().contains("not_found"), e);
        }
    }

    private static void check(boolean holds, Object seen) {
        if (!holds) {
            throw new IllegalStateException("not as the document says: " + seen);
        }
    }
}
