-- orders have items
SELECT COUNT(*) FROM sales_order o
LEFT JOIN sales_order_item i ON i.order_id = o.entity_id
WHERE i.item_id IS NULL;

-- items have an order
SELECT COUNT(*) FROM sales_order_item i
LEFT JOIN sales_order o ON o.entity_id = i.order_id
WHERE o.entity_id IS NULL;

-- orders count their items
SELECT COUNT(*) FROM sales_order o
JOIN (SELECT order_id, COUNT(*) items FROM sales_order_item WHERE parent_item_id IS NULL GROUP BY order_id) i ON i.order_id = o.entity_id
WHERE i.items <> o.total_item_count;

-- subtotal, discount and pieces are the sums of the items
SELECT COUNT(*) FROM sales_order o
JOIN (
  SELECT order_id, SUM(row_total) total, SUM(discount_amount) discount, SUM(IF(parent_item_id IS NULL, qty_ordered, 0)) pieces
  FROM sales_order_item GROUP BY order_id
) i ON i.order_id = o.entity_id
WHERE i.total <> o.subtotal OR i.discount <> -o.discount_amount OR i.pieces <> o.total_qty_ordered;

-- tax is that of the items and of the shipping
SELECT COUNT(*) FROM sales_order o
JOIN (SELECT order_id, SUM(tax_amount) tax FROM sales_order_item GROUP BY order_id) i ON i.order_id = o.entity_id
WHERE i.tax + o.shipping_tax_amount <> o.tax_amount;

-- grand totals add up
SELECT COUNT(*) FROM sales_order
WHERE grand_total <> subtotal + discount_amount + shipping_amount + tax_amount OR base_grand_total <> grand_total;

-- orders and their grid rows agree
SELECT COUNT(*) FROM sales_order o
LEFT JOIN sales_order_grid g ON g.entity_id = o.entity_id
WHERE g.entity_id IS NULL OR NOT (
  g.increment_id <=> o.increment_id AND g.status <=> o.status AND g.grand_total <=> o.grand_total AND g.total_paid <=> o.total_paid
  AND g.customer_email <=> o.customer_email AND g.customer_id <=> o.customer_id
);

-- grid rows have an order
SELECT COUNT(*) FROM sales_order_grid g
LEFT JOIN sales_order o ON o.entity_id = g.entity_id
WHERE o.entity_id IS NULL;

-- orders have their two addresses
SELECT COUNT(*) FROM sales_order o
LEFT JOIN sales_order_address b ON b.entity_id = o.billing_address_id AND b.parent_id = o.entity_id AND b.address_type = 'billing'
LEFT JOIN sales_order_address s ON s.entity_id = o.shipping_address_id AND s.parent_id = o.entity_id AND s.address_type = 'shipping'
WHERE b.entity_id IS NULL OR s.entity_id IS NULL;

-- orders have one payment, of their amount
SELECT COUNT(*) FROM (
  SELECT o.entity_id FROM sales_order o
  LEFT JOIN sales_order_payment p
    ON p.parent_id = o.entity_id AND p.amount_ordered = o.grand_total AND p.amount_paid <=> o.total_paid
  GROUP BY o.entity_id HAVING COUNT(p.entity_id) <> 1
) x;

-- orders have a history
SELECT COUNT(*) FROM sales_order o
LEFT JOIN sales_order_status_history h ON h.parent_id = o.entity_id
WHERE h.entity_id IS NULL;

-- what is invoiced is paid, and the other way round
SELECT COUNT(*) FROM sales_order o
LEFT JOIN (SELECT order_id, SUM(grand_total) total FROM sales_invoice GROUP BY order_id) i ON i.order_id = o.entity_id
WHERE COALESCE(i.total, 0) <> o.total_paid OR o.total_invoiced <> o.total_paid;

-- invoices, their items and their grid rows agree
SELECT COUNT(*) FROM sales_invoice i
LEFT JOIN sales_invoice_grid g ON g.entity_id = i.entity_id
LEFT JOIN (SELECT parent_id, SUM(row_total) total FROM sales_invoice_item GROUP BY parent_id) t ON t.parent_id = i.entity_id
WHERE g.entity_id IS NULL OR g.grand_total <> i.grand_total OR g.order_id <> i.order_id OR NOT (t.total <=> i.subtotal);

-- order numbers come from the sequence
SELECT COUNT(*) FROM sales_order o
LEFT JOIN sequence_order_1 s ON s.sequence_value = CAST(o.increment_id AS UNSIGNED)
WHERE s.sequence_value IS NULL;

-- order numbers are unique
SELECT COUNT(*) FROM (SELECT 1 FROM sales_order GROUP BY increment_id HAVING COUNT(*) > 1) x;

-- a member's points are the sum of the entries
SELECT COUNT(*) FROM acme_loyalty l
LEFT JOIN (SELECT customer_id, SUM(points) points FROM acme_loyalty_entry GROUP BY customer_id) e ON e.customer_id = l.customer_id
WHERE l.points <> COALESCE(e.points, 0);

-- entries belong to an order of that customer
SELECT COUNT(*) FROM acme_loyalty_entry e
LEFT JOIN sales_order o ON o.increment_id = e.order_increment_id AND o.customer_id = e.customer_id
WHERE o.entity_id IS NULL;

-- items in a cart have a cart
SELECT COUNT(*) FROM quote_item i
LEFT JOIN quote q ON q.entity_id = i.quote_id
WHERE q.entity_id IS NULL;

-- carts count their items
SELECT COUNT(*) FROM quote q
LEFT JOIN (SELECT quote_id, COUNT(*) items, SUM(row_total) total FROM quote_item GROUP BY quote_id) i ON i.quote_id = q.entity_id
WHERE COALESCE(i.items, 0) <> q.items_count OR COALESCE(i.total, 0) <> q.subtotal;
