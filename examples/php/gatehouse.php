<?php
/** Gatehouse in plain PHP 8: handing in, reading a thread, verifying a webhook. No packages, no extensions. */

declare(strict_types=1);

/** The value of an environment variable, or the default. */
function setting(string $name, ?string $default = null): string
{
    $value = getenv($name);
    if ($value === false && $default === null) {
        http_response_code(500);
        exit("Set $name: see examples/README.md.\n");
    }
    return $value === false ? $default : $value;
}

/**
 * Hands in a comment. Repeating the same key and comment is safe, so a request without an answer is sent again.
 *
 * @return array{int, array} HTTP status (0: no answer) and the answer: a receipt, or a problem.
 */
function hand_in(array $comment, string $idempotency_key): array
{
    $headers = ['Authorization: Bearer ' . setting('GATEHOUSE_KEY'), "Idempotency-Key: $idempotency_key"];
    foreach ([200_000, 1_000_000, 0] as $pause) {  // microseconds: a restart is over by then
        [$status, $answer] = ask('POST', '/api/v1/comments', $headers, $comment);
        if (!in_array($status, [0, 409, 502, 503, 504], true) || $pause === 0) {
            break;
        }
        usleep($pause);
    }
    return [$status, $answer];
}

/** The approved comments of a page, oldest first; null if they cannot be loaded now. */
function thread(string $page_url): ?array
{
    $comments = [];
    $next = '/api/v1/threads?page_url=' . rawurlencode($page_url);
    while ($next) {
        [$status, $answer] = ask('GET', $next, timeout: 1);  // the article must not wait long
        if ($status !== 200) {
            return null;
        }
        // What was removed is in the list only for what answers it, which this page does not show below it.
        $shown = array_filter($answer['comments'], fn ($comment) => $comment['status'] === 'approved');
        array_push($comments, ...$shown);
        $next = $answer['next'];
    }
    return $comments;
}

/** A webhook's message, or null: not signed with the secret, or older than five minutes. */
function verified(string $secret, array $server, string $body): ?array
{
    $id = $server['HTTP_WEBHOOK_ID'] ?? '';
    $at = $server['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    $key = base64_decode(substr($secret, strlen('whsec_')));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$at.$body", $key, true));
    // While the secret is being rotated there are two signatures, separated by a space.
    foreach (explode(' ', $server['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $signature) {
        if (hash_equals($expected, $signature) && abs(time() - (int) $at) <= 300) {
            return json_decode($body, true, flags: JSON_THROW_ON_ERROR);
        }
    }
    return null;
}

/** @return array{int, array} HTTP status, 0 without an answer, and the JSON of the answer. */
function ask(string $method, string $path, array $headers = [], ?array $body = null, int $timeout = 3): array
{
    $content = $body === null ? '' : json_encode($body, JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR);
    $options = [
        'method' => $method,
        'header' => ['Content-Type: application/json', ...$headers],
        'content' => $content,
        'timeout' => $timeout,
        'follow_location' => 0,
        'ignore_errors' => true,  // an answer with 4xx has a body, too
    ];
    $http_response_header = [];
    $answer = @file_get_contents(
        setting('GATEHOUSE_URL', 'http://127.0.0.1:8000') . $path,
        false,
        stream_context_create(['http' => $options]),
    );
    $status = (int) (explode(' ', $http_response_header[0] ?? '')[1] ?? 0);
    return [$answer === false ? 0 : $status, json_decode((string) $answer, true) ?? []];
}
