<?php
/** Gatehouse in plain PHP 8: handing in, reading a thread, verifying a webhook. No packages, no extensions. */

declare(strict_types=1);

/** What an environment variable says, or the default. */
function setting(string $name, ?string $default = null): string
{
    $given = getenv($name);
    if ($given === false && $default === null) {
        http_response_code(500);
        exit("Set $name: see examples/README.md.\n");
    }
    return $given === false ? $default : $given;
}

/**
 * Hands in a comment. The same key and comment are one comment, so what got no answer is sent again.
 *
 * @return array{int, array} HTTP status (0: nobody answered) and what was said: a receipt, or a problem.
 */
function hand_in(array $comment, string $idempotency_key): array
{
    $headers = ['Authorization: Bearer ' . setting('GATEHOUSE_KEY'), "Idempotency-Key: $idempotency_key"];
    foreach ([200_000, 1_000_000, 0] as $pause) {  // microseconds: a restart is over by then
        [$status, $said] = ask('POST', '/api/v1/comments', $headers, $comment);
        if (!in_array($status, [0, 409, 502, 503, 504], true) || $pause === 0) {
            break;
        }
        usleep($pause);
    }
    return [$status, $said];
}

/** The approved comments of a page, oldest first; null where they cannot be had just now. */
function thread(string $page_url): ?array
{
    $comments = [];
    $next = '/api/v1/threads?page_url=' . rawurlencode($page_url);
    while ($next) {
        [$status, $said] = ask('GET', $next, timeout: 1);  // the article waits for nobody
        if ($status !== 200) {
            return null;
        }
        array_push($comments, ...$said['comments']);
        $next = $said['next'];
    }
    return $comments;
}

/** A webhook's message, or null: not signed with the secret, or older than five minutes. */
function verified(string $secret, array $server, string $body): ?array
{
    $id = $server['HTTP_WEBHOOK_ID'] ?? '';
    $at = $server['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    $key = base64_decode(substr($secret, strlen('whsec_')));
    $right = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$at.$body", $key, true));
    // Two signatures, separated by a space, while the secret is being changed.
    foreach (explode(' ', $server['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $given) {
        if (hash_equals($right, $given) && abs(time() - (int) $at) <= 300) {
            return json_decode($body, true, flags: JSON_THROW_ON_ERROR);
        }
    }
    return null;
}

/** @return array{int, array} HTTP status, 0 where nobody answered, and the JSON of the answer. */
function ask(string $method, string $path, array $headers = [], ?array $body = null, int $timeout = 3): array
{
    $content = $body === null ? '' : json_encode($body, JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR);
    $options = [
        'method' => $method,
        'header' => ['Content-Type: application/json', ...$headers],
        'content' => $content,
        'timeout' => $timeout,
        'follow_location' => 0,
        'ignore_errors' => true,  // what Gatehouse says with a 4xx is worth reading
    ];
    $http_response_header = [];
    $said = @file_get_contents(
        setting('GATEHOUSE_URL', 'http://127.0.0.1:8000') . $path,
        false,
        stream_context_create(['http' => $options]),
    );
    $status = (int) (explode(' ', $http_response_header[0] ?? '')[1] ?? 0);
    return [$said === false ? 0 : $status, json_decode((string) $said, true) ?? []];
}
